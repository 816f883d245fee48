// The page: take a file, show the verdict, the facts, and every file with its tick or cross. Nothing leaves the device.

const VERDICTS = {
  good: ["moss", "✓", "完整，无改动", "Whole and unchanged", "每个文件都与封存时逐字节相同。", "Every file is byte for byte what was sealed."],
  bad: ["red", "✗", "核验未通过", "Verification failed", "下面标红的地方与封存时不同。", "What is marked red differs from what was sealed."],
  unsure: ["amber", "!", "文件一致，但签名未能核验", "Files match; signatures not checked",
    "这个浏览器不支持 Ed25519，请换用新版浏览器，或用 shouwen dossier verify。",
    "This browser has no Ed25519; use a recent one, or shouwen dossier verify."],
};
const OWN_FILES = { [MANIFEST]: "文件清单", [MANIFEST_PROOF]: "清单的封存证明" };

const byId = (id) => document.getElementById(id);

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function bilingual(zh, en) {
  const english = element("span", "en", en);
  english.lang = "en";
  return [element("span", "zh", zh), english];
}

function beijing(date) {
  return `${new Date(date.getTime() + 8 * 3600e3).toISOString().slice(0, 19).replace("T", " ")}（北京时间）`;
}

let latest = null;

async function take(file) {
  if (!file) return;
  latest = file;
  document.body.dataset.state = "busy";
  byId("result").replaceChildren();
  byId("chosen").textContent = `${file.name} · ${(file.size / 1048576).toFixed(1)} MB`;
  const progress = async (done, total) => {
    byId("progress").textContent = `正在核验 ${done} / ${total}`;
    if (done % 20 === 0) await new Promise((resume) => setTimeout(resume)); // let the page paint
  };
  let report;
  try {
    report = await checkDossier(new Uint8Array(await file.arrayBuffer()), progress);
  } catch (error) {
    report = { problems: [problem(file.name, "unreadable", `无法读取：${error.message}`, "cannot be read")],
      timestamps: [], files: [], entries: 0, key: null, manifest: null, sealed: null, state: "bad" };
  }
  if (file !== latest) return; // another was chosen meanwhile
  byId("progress").textContent = "";
  show(report);
}

function show(report) {
  document.body.dataset.state = report.state;
  const parts = [verdictCard(report)];
  if (report.manifest) parts.push(factsCard(report));
  parts.push(...report.timestamps.map(timestampCard));
  parts.push(filesCard(report));
  byId("result").replaceChildren(...parts);
  byId("result").firstChild.focus();
}

function verdictCard(report) {
  const [tone, mark, zh, en, moreZh, moreEn] = VERDICTS[report.state];
  const card = element("section", `card verdict ${tone}`,
    element("div", "mark", mark),
    element("div", "", element("h2", "", ...bilingual(zh, en)), element("p", "", ...bilingual(moreZh, moreEn)), namesOf(report)));
  card.tabIndex = -1;
  card.setAttribute("role", "status");
  return card;
}

function namesOf(report) {
  const wrong = [...new Set(report.problems.map((one) => one.path))];
  if (!wrong.length) return null;
  const more = wrong.length > 3 ? [element("li", "", `等 ${wrong.length} 处`)] : [];
  return element("ul", "names", ...wrong.slice(0, 3).map((path) => element("li", "", element("code", "", path))), ...more);
}

function factsCard({ manifest, key, sealed, entries }) {
  const rows = [
    ["案件", "Case", manifest.case], ["内容", "Title", manifest.title_zh],
    sealed && ["封存时间", "Sealed", beijing(new Date(sealed.at))],
    key && ["日志", "Log", `${key.name}${sealed ? ` · 第 ${sealed.size.toLocaleString("en")} 条为止` : ""}`],
    ["存证条目", "Entries proved", `${entries} / ${manifest.entries.length}`],
  ].filter(Boolean);
  const card = element("section", "card", ...rows.map(([zh, en, value]) => row(zh, en, value)));
  if (key) card.append(fingerprint("日志公钥指纹，请与平台公布的比对", "Log key fingerprint: compare with the published one", key.fingerprint));
  return card;
}

function fingerprint(zh, en, hex) {
  return element("div", "fingerprint",
    element("div", "label", ...bilingual(zh, en)), element("code", "", hex.match(/.{1,8}/g).join(" ")));
}

function row(zh, en, value) {
  return element("div", "row", element("div", "label", ...bilingual(zh, en)), element("div", "value", value));
}

function timestampCard(stamp) {
  const title = element("div", "title", element("b", "", "可信时间戳"), element("span", "en", " RFC 3161"));
  if (stamp.localDemo)
    title.append(element("span", "pill amber", "本机演示，非独立机构 · local demo"));
  const card = element("section", "card timestamp", title,
    row("时间", "Time", beijing(stamp.at)), row("机构", "Authority", /(?:^|,)CN=([^,]*)/.exec(stamp.authority)?.[1] ?? stamp.authority),
    row("说明", "Means", `此刻日志的前 ${stamp.size.toLocaleString("en")} 条已经存在`));
  if (!stamp.localDemo)
    card.append(fingerprint("根证书指纹，请与授时机构公布的比对", "Root fingerprint: compare with the authority's", stamp.root));
  card.dataset.demo = String(stamp.localDemo);
  return card;
}

function filesCard(report) {
  const byPath = new Map();
  for (const one of report.problems) byPath.set(one.path, [...(byPath.get(one.path) ?? []), one]);
  const titles = new Map((report.manifest?.files ?? []).map((file) => [file.path, file.title_zh]));
  const paths = new Set([...byPath.keys(), ...(report.manifest ? [MANIFEST, MANIFEST_PROOF] : []), ...titles.keys()]);
  const items = [...paths].map((path) => fileItem(path, titles.get(path) ?? OWN_FILES[path] ?? "", byPath.get(path) ?? []));
  const wrong = items.filter((item) => item.dataset.state === "bad");
  const right = items.filter((item) => item.dataset.state === "good");
  const isProof = (item) => /^(entries|proofs|timestamps)\//.test(item.dataset.path);
  const proofs = right.filter(isProof);
  const card = element("section", "card files",
    element("div", "title", element("b", "", "逐个文件"), element("span", "en", ` ${items.length} files`)),
    element("ul", "", ...wrong, ...right.filter((item) => !isProof(item))));
  if (proofs.length)
    card.append(element("details", "",
      element("summary", "", element("span", "tick", "✓"), `存证条目、证明与时间戳 ${proofs.length} 个`), element("ul", "", ...proofs)));
  return card;
}

function fileItem(path, title, problems) {
  const state = problems.length ? "bad" : "good";
  const seen = new Set();
  const said = problems.filter((one) => !seen.has(one.code) && seen.add(one.code));
  const item = element("li", state,
    element("span", "tick", state === "good" ? "✓" : "✗"),
    element("div", "", title ? element("div", "name", title) : null, element("code", "", path),
      ...said.map((one) => element("div", "why", ...bilingual(one.zh, one.en)))));
  item.dataset.path = path;
  item.dataset.state = state;
  return item;
}

const drop = byId("drop");
byId("file").addEventListener("change", (event) => {
  take(event.target.files[0]);
  event.target.value = ""; // so that choosing the same file again checks it again
});
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("dragover", () => drop.classList.add("over"));
document.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  drop.classList.remove("over");
  take(event.dataTransfer.files[0]);
});
if (!globalThis.crypto?.subtle) byId("unsupported").hidden = false;
