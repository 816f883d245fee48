/** Resumable uploads: POST /api/v1/uploads, PATCH 1-MiB chunks at `Upload-Offset`, GET to learn how far it got. */
import { all, element, freshKey, meta, on, one } from "./dom";
import { say } from "./words";

const CHUNK = 1024 * 1024;
const TRIES = 8;
const GOOD = /^(image\/(jpeg|png|webp)|video\/(mp4|quicktime|webm))$/;

type State = "uploading" | "checking" | "sealed" | "refused";

/** POST answers the first two, PATCH `received` and `state`, GET the rest. */
interface Upload {
  upload_ref?: string;
  received?: number;
  state?: "receiving" | "checking" | "accepted" | "refused";
  received_bytes?: number;
  media_ref?: string;
  receipt_no?: number | null;
  refusal_zh?: string;
  refusal_en?: string;
  remedy_zh?: string;
  remedy_en?: string;
}

/** RFC 9457 problem details as the API gives them, in both languages. */
interface Problem {
  title?: string;
  detail?: string;
  title_en?: string;
  detail_en?: string;
}

const HEIC = /\.hei[cf]$/i;
const keyOf = (file: File): string => `${file.name}|${file.size}|${file.lastModified}`;

class Refused extends Error {}

async function call(path: string, init: RequestInit): Promise<Upload> {
  const headers = new Headers(init.headers);
  headers.set("X-CSRF-Token", meta("csrf"));
  headers.set("Accept", "application/json");
  const answer = await fetch(path, { ...init, headers, credentials: "same-origin" });
  if (answer.ok) return (await answer.json()) as Upload;
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) throw new Error(String(answer.status));
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  const english = document.documentElement.lang === "en";
  const parts = english ? [problem.title_en, problem.detail_en] : [problem.title, problem.detail];
  throw new Refused(parts.filter(Boolean).join(english ? ". " : "，") || say("未收下"));
}

const pause = (ms: number): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(go, ms);
    function go(): void {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      done();
    }
    window.addEventListener("online", go);
  });

class Tile {
  private readonly root = element("span", { class: "tile uploading", title: "" });
  private readonly bar = element("progress", { max: "100", value: "0" });
  private readonly tag = element("span", { class: "tag" });
  private line: HTMLElement | null = null;

  constructor(private readonly box: HTMLElement, private readonly file: File) {
    this.root.title = file.name;
    this.root.dataset["file"] = keyOf(file);
    if (file.type.startsWith("image/") && !/hei[cf]/.test(file.type)) {
      const picture = element("img", { alt: file.name, width: "240", height: "192" });
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      this.root.append(picture);
    } else this.root.append(element("span", { class: "name" }, file.name));
    this.root.append(this.bar, this.tag);
    const tiles = one("[data-tiles]", box);
    tiles?.insertBefore(this.root, one(".add", tiles));
  }

  async run(): Promise<void> {
    this.show("uploading", say("上传中 {n}%", { n: 0 }));
    this.line?.remove();
    try {
      this.done(await this.send());
    } catch (error) {
      this.fail(error instanceof Refused ? error.message : say("等待网络"), !(error instanceof Refused));
    }
  }

  private async send(): Promise<Upload> {
    const { purpose, subject } = this.box.dataset;
    const body = JSON.stringify({ file_name: this.file.name.slice(-255), size: this.file.size, purpose, subject });
    const begin = { method: "POST", body, headers: { "Content-Type": "application/json", "Idempotency-Key": freshKey() } };
    let upload = await this.patiently(() => call("/api/v1/uploads", begin));
    const path = `/api/v1/uploads/${upload.upload_ref ?? ""}`;
    const ask = (): Promise<Upload> => call(path, { method: "GET" });
    for (let from = 0; from < this.file.size && upload.state !== "refused"; ) {
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) };
      upload = await this.patiently(() => call(path, { method: "PATCH", body: this.file.slice(from, from + CHUNK), headers }), ask);
      from = upload.received ?? upload.received_bytes ?? from;
      const percent = Math.floor((100 * from) / this.file.size);
      this.bar.value = percent;
      this.tag.textContent = say("上传中 {n}%", { n: percent });
    }
    this.show("checking", say("检查中"));
    for (let waited = 0; waited < 120; waited += 1) {
      upload = await this.patiently(ask);
      if (upload.state === "refused" || (upload.state === "accepted" && (upload.receipt_no || waited > 40))) break;
      await pause(waited < 20 ? 150 : 1000);
    }
    return upload;
  }

  /** Tries again after a lost connection; `ask` learns first how much arrived, so nothing is sent twice. */
  private async patiently(act: () => Promise<Upload>, ask?: () => Promise<Upload>): Promise<Upload> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return attempt > 0 && ask ? await ask() : await act();
      } catch (error) {
        if (error instanceof Refused || attempt >= TRIES) throw error;
        this.tag.textContent = say("等待网络");
        await pause(Math.min(500 * 2 ** attempt, 15_000));
      }
    }
  }

  private done(upload: Upload): void {
    if (upload.state !== "accepted" || !upload.media_ref) {
      const english = document.documentElement.lang === "en";
      const why = english ? [upload.refusal_en, upload.remedy_en] : [upload.refusal_zh, upload.remedy_zh];
      this.fail(why.filter(Boolean).join(english ? ". " : "，") || say("没有发出，请再试一次"), upload.state !== "refused");
      return;
    }
    this.show("sealed", say("已封存"));
    if (upload.receipt_no) this.root.title = `#${upload.receipt_no.toLocaleString()} · ${this.file.name}`;
    const form = this.box.dataset["form"];
    const field = element("input", { type: "hidden", name: this.box.dataset["field"] ?? "media", value: upload.media_ref });
    if (form) field.setAttribute("form", form);
    this.root.append(field, drop(this.file.name));
    this.box.dispatchEvent(new CustomEvent("sealed", { bubbles: true, detail: { ref: upload.media_ref, src: `/media/${upload.media_ref}/preview?w=960`, name: this.file.name } }));
  }

  private fail(reason: string, again: boolean): void {
    this.show("refused", again ? say("重试") : say("未收下"));
    this.root.title = reason;
    this.line = element("li", {}, `${this.file.name}：${reason}`);
    one("[data-why]", this.box)?.append(this.line);
    if (!again) {
      this.root.append(drop(this.file.name));
      return;
    }
    const button = element("button", { type: "button", class: "again", "aria-label": `${say("重试")} ${this.file.name}` });
    button.addEventListener("click", () => {
      button.remove();
      void this.run();
    });
    this.root.append(button);
  }

  private show(state: State, words: string): void {
    this.root.className = `tile ${state}`;
    this.tag.textContent = words;
    this.bar.hidden = state !== "uploading";
  }
}

/** Takes a file back out of what is about to be sent; what was sealed stays on file for its owner alone to see. */
function drop(name: string): HTMLElement {
  return element("button", { type: "button", class: "drop", "data-drop": "", "aria-label": say("去掉 {name}", { name }) }, "×");
}

/** Whether files of this form, or of upload boxes tied to it, are still on their way. */
export function pending(form: HTMLFormElement): boolean {
  const busy = ".tile.uploading, .tile.checking";
  return one(busy, form) !== null || (form.id !== "" && one(`[data-upload][data-form="${form.id}"] :is(${busy})`) !== null);
}

function take(box: HTMLElement, files: Iterable<File>): void {
  const most = Number(box.dataset["maxFiles"]);
  const bytes = Number(box.dataset["maxBytes"]);
  const why = one("[data-why]", box);
  const refuse = (file: File, reason: string): void => {
    const line = `${file.name}：${reason}`;
    if (!all("li", why ?? box).some((one) => one.textContent === line)) why?.append(element("li", {}, line));
  };
  let count = all(".tile:not(.add):not(.refused)", box).length;
  const queue: Tile[] = [];
  for (const file of files) {
    if (file.size === 0) refuse(file, say("这个文件是空的"));
    else if (file.size > bytes) refuse(file, say("文件太大，最多 {n} MB", { n: Math.floor(bytes / CHUNK) }));
    else if (HEIC.test(file.name) || /hei[cf]/.test(file.type)) refuse(file, say("这是 HEIC 照片，请换成 JPG：iPhone 在“设置 → 相机 → 格式”选“兼容性最佳”再拍，或截图后上传"));
    else if (file.type && !GOOD.test(file.type)) refuse(file, say("不支持这种文件，请选照片或视频"));
    else if (all(".tile", box).some((tile) => tile.dataset["file"] === keyOf(file))) refuse(file, say("已经选过这个文件"));
    else if (count >= most) refuse(file, say("最多 {n} 个文件", { n: most }));
    else {
      count += 1;
      queue.push(new Tile(box, file));
    }
  }
  const lane = async (): Promise<void> => {
    for (let tile = queue.shift(); tile; tile = queue.shift()) await tile.run();
  };
  void lane();
  void lane();
}

export function startUploads(): void {
  on("change", "[data-pick]", (_event, input) => {
    // In a chat the button stands beside the box that shows the tiles.
    const box = input.closest<HTMLElement>("[data-upload]") ?? one("[data-upload]", input.closest("form") ?? document);
    if (!(input instanceof HTMLInputElement) || !box || !input.files) return;
    take(box, [...input.files]);
    input.value = "";
  });
  on("click", "[data-drop]", (event, button) => {
    event.preventDefault();
    const tile = button.closest<HTMLElement>(".tile");
    const box = button.closest<HTMLElement>("[data-upload]");
    const kept = tile?.nextElementSibling;
    if (kept instanceof HTMLInputElement && kept.type === "hidden") kept.remove();
    tile?.remove();
    box?.dispatchEvent(new CustomEvent("dropped", { bubbles: true }));
  });
  on("dragover", "[data-upload]", (event, box) => {
    event.preventDefault();
    box.classList.add("over");
  });
  on("dragleave", "[data-upload]", (_event, box) => box.classList.remove("over"));
  on("drop", "[data-upload]", (event, box) => {
    event.preventDefault();
    box.classList.remove("over");
    if (event.dataTransfer) take(box, [...event.dataTransfer.files]);
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && !("composer" in event.target.dataset) && pending(event.target)) {
      event.preventDefault();
    }
  }, true);
}
