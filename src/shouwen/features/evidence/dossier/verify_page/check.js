// The whole check, in the order of the chain of trust; the same findings as `shouwen dossier verify`.

const MANIFEST = "manifest.json", MANIFEST_PROOF = "manifest.tlog-proof", VKEY = "log.vkey";
const ALWAYS = [MANIFEST, MANIFEST_PROOF, "README.txt", VKEY, "verify.html"];

async function checkDossier(bytes, progress) {
  ed25519Missing = false;
  const opened = openZip(bytes);
  const contents = new Map();
  for (const slot of opened.slots)
    if (!contents.has(slot.name)) contents.set(slot.name, bytes.subarray(slot.at, slot.at + slot.size));
  const report = { problems: [...opened.problems], files: [], entries: 0, timestamps: [], key: null, manifest: null, sealed: null };
  if (!contents.size) return { ...report, state: "bad" };

  const check = { contents, report, heads: new Map(), growth: {}, progress };
  check.fail = (path, error) => {
    if (!(error instanceof Invalid)) throw error;
    report.problems.push(problem(path, error.code, error.zh, error.en));
  };
  for (const path of ALWAYS)
    if (!contents.has(path)) report.problems.push(problem(path, "missing", "文件不见了", "this file is missing"));
  await readKey(check);
  readManifest(check);
  await checkManifestSeal(check);
  if (report.manifest) {
    await checkFiles(check);
    await checkEntries(check);
    await checkTimestamps(check);
    await checkGrowth(check);
    if (report.key && report.manifest.origin !== report.key.name)
      report.problems.push(problem(MANIFEST, "origin_mismatch", "清单写的日志与公钥不符", "the manifest names another log than the key"));
  }
  const whole = !report.problems.length && report.manifest && report.sealed;
  return { ...report, state: !whole ? "bad" : ed25519Missing ? "unsure" : "good" };
}

async function readKey(check) {
  const raw = check.contents.get(VKEY);
  if (!raw) return;
  try {
    const text = textOf(raw);
    if (!text.endsWith("\n")) throw new Invalid("key_malformed", "日志公钥格式不对", "the key file is out of form");
    check.report.key = await parseVkey(text.slice(0, -1));
  } catch (error) {
    check.fail(VKEY, error);
  }
}

function readManifest(check) {
  if (!check.contents.has(MANIFEST)) return;
  try {
    const manifest = shaped(parseCanonical(check.contents.get(MANIFEST)), {
      format: "string", case: "string", title_zh: "string", made_at: "string", origin: "string",
      files: "array", entries: "array", timestamps: "array",
    });
    for (const file of manifest.files)
      shaped(file, { path: "string", size: "number", sha256: "string", title_zh: "string", entry: "string?" });
    for (const entry of manifest.entries)
      shaped(entry, { id: "string", kind: "string", at: "string", index: "number", file: "string", proof: "string" });
    for (const stamp of manifest.timestamps)
      shaped(stamp, { size: "number", checkpoint: "string", tsr: "string", chain: "string" });
    if (manifest.format !== "shouwen-dossier@v1") throw new Invalid("format_unknown", "不认识的证据包版本", "an unknown dossier version");
    check.report.manifest = manifest;
  } catch (error) {
    check.fail(MANIFEST, error);
  }
}

async function checkManifestSeal(check) {
  const { contents, report } = check;
  if (!contents.has(MANIFEST_PROOF) || !report.key) return;
  let extra;
  try {
    const proof = parseTlogProof(contents.get(MANIFEST_PROOF));
    extra = shaped(parseCanonical(proof.extra), { leaf: "object", salt: "string", content: "object", consistency: "object" });
    const data = leafData(extra.leaf);
    if (extra.leaf.content_hash !== (await contentHash(extra.salt, extra.content)))
      throw new Invalid("commitment_invalid", "内容与封存的承诺不符", "the content is not what the leaf commits to");
    shaped(extra.content, { manifest_sha256: "string" });
    if (extra.leaf.kind !== "dossier.manifest") throw new Invalid("seal_of_another_kind", "封存的不是清单", "the seal is not a manifest's");
    report.sealed = { ...(await included(proof, data, report.key)), at: extra.leaf.at };
  } catch (error) {
    check.fail(MANIFEST_PROOF, error);
    return;
  }
  check.growth = extra.consistency;
  if (contents.has(MANIFEST) && hexOf(await sha256(contents.get(MANIFEST))) !== extra.content.manifest_sha256)
    report.problems.push(problem(MANIFEST, "changed", "清单与封存时的不同，被改动过", "the manifest is not the one that was sealed"));
}

async function checkFiles(check) {
  const { contents, report, progress } = check;
  const listed = new Map(report.manifest.files.map((file) => [file.path, file]));
  const owners = new Map(report.manifest.files.map((file) => [file.sha256, file.path]));
  for (const path of listed.keys())
    if (!contents.has(path) && !ALWAYS.includes(path))
      report.problems.push(problem(path, "missing", "文件不见了", "this file is missing"));
  let done = 0;
  for (const [path, content] of contents) {
    await progress(++done, contents.size);
    if (path === MANIFEST || path === MANIFEST_PROOF) continue;
    const file = listed.get(path);
    if (!file) {
      report.problems.push(problem(path, "unlisted", "清单里没有这个文件，是后来加进来的", "not in the manifest: it was added"));
      continue;
    }
    const digest = hexOf(await sha256(content)), other = owners.get(digest);
    if (digest === file.sha256 && content.length === file.size) continue;
    report.problems.push(other
      ? problem(path, "swapped", `内容其实是 ${other} 的`, `the content is that of ${other}`)
      : problem(path, "changed", "内容被改动过", "the content was changed"));
  }
}

async function checkEntries(check) {
  const { contents, report } = check, opened = new Map();
  for (const listed of report.manifest.entries) {
    try {
      if (!contents.has(listed.file)) throw new Invalid("missing", "文件不见了", "this file is missing");
      const entry = shaped(parseCanonical(contents.get(listed.file)),
        { id: "string", kind: "string", at: "string", salt: "string", content: "object" });
      const { id, kind, at } = entry;
      const data = leafData({ id, kind, at, content_hash: await contentHash(entry.salt, entry.content), v: 1 });
      if (id !== listed.id || kind !== listed.kind || at !== listed.at)
        throw new Invalid("entry_differs", "存证条目与清单不符", "the entry is not the one in the manifest");
      opened.set(id, entry.content);
      await checkEntryProof(check, listed, data);
    } catch (error) {
      check.fail(listed.file, error);
    }
  }
  const known = new Set(report.manifest.entries.map((entry) => entry.id));
  for (const file of report.manifest.files) {
    if (file.entry && !known.has(file.entry))
      report.problems.push(problem(file.path, "entry_missing", "缺少它的存证条目", "its log entry is missing"));
    else if (opened.has(file.entry) && opened.get(file.entry).sha256 !== file.sha256)
      report.problems.push(problem(file.path, "not_as_sealed", "与封存的原件不同", "not what its log entry sealed"));
  }
}

async function checkEntryProof(check, listed, data) {
  const raw = check.contents.get(listed.proof);
  if (!raw || !check.report.key) return;
  try {
    const proof = parseTlogProof(raw);
    if (proof.index !== listed.index || proof.extra.length)
      throw new Invalid("entry_differs", "证明与清单不符", "the proof is not the manifest's");
    remember(check, listed.proof, await included(proof, data, check.report.key));
    check.report.entries++;
  } catch (error) {
    check.fail(listed.proof, error);
  }
}

async function checkTimestamps(check) {
  const { contents, report } = check;
  for (const listed of report.manifest.timestamps) {
    const [checkpoint, tsr, chain] = [listed.checkpoint, listed.tsr, listed.chain].map((path) => contents.get(path));
    if (!checkpoint || !tsr || !chain || !report.key) continue;
    let path = listed.checkpoint;
    try {
      const head = await openCheckpoint(checkpoint, report.key);
      if (head.size !== listed.size) throw new Invalid("size_mismatch", "检查点的大小不符", "the checkpoint has another size");
      remember(check, path, head);
      path = listed.tsr;
      report.timestamps.push({ size: head.size, ...(await verifyTimestamp(tsr, checkpoint, chain)) });
    } catch (error) {
      check.fail(path, error);
    }
  }
}

async function checkGrowth(check) {
  const { report, heads, growth } = check;
  if (!report.sealed) return;
  const broken = new Invalid("growth_invalid", "日志不是只增不改的", "the log did not only grow between these checkpoints");
  if (Object.keys(growth).sort().join() !== [...heads.keys()].map(String).sort().join()) {
    check.fail(MANIFEST_PROOF, broken);
    return;
  }
  for (const [size, { path, head }] of heads) {
    let holds = false;
    try {
      holds = await verifyConsistency(size, report.sealed.size, growth[size].map(bytesOfBase64), head.root, report.sealed.root);
    } catch {
      holds = false;
    }
    if (holds) continue;
    check.fail(path, broken);
    check.fail(MANIFEST_PROOF, broken);
  }
}

function remember(check, path, head) {
  const known = check.heads.get(head.size) ?? { path, head };
  check.heads.set(head.size, known);
  if (!same(known.head.root, head.root)) throw new Invalid("log_forked", "日志出现了两个版本", "the log shows two histories");
}

async function included(proof, data, key) {
  const head = await openCheckpoint(proof.checkpoint, key);
  if (!(await verifyInclusion(proof.index, head.size, await leafHash(data), proof.hashes, head.root)))
    throw new Invalid("inclusion_invalid", "条目不在该日志的这个位置", "the entry is not in the log at this index");
  return head;
}

function leafData(leaf) {
  shaped(leaf, { id: "string", kind: "string", at: "string", content_hash: "string", v: "number" });
  const formed = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(leaf.id) && /^[a-z][a-z0-9_.]{0,63}$/.test(leaf.kind)
    && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(leaf.at) && /^[0-9a-f]{64}$/.test(leaf.content_hash) && leaf.v === 1;
  if (!formed) throw new Invalid("leaf_malformed", "存证条目格式不对", "not a log entry");
  return utf8.encode(canonical(leaf));
}

async function contentHash(salt, content) {
  return hexOf(await sha256(bytesOfHex(salt), utf8.encode(canonical(content))));
}
