/** The reply box: drafts survive, a message is sent once, a lost connection sends it later, the guard speaks first. */
import { all, element, formBody, freshKey, later, on, one, renewKey, request } from "./dom";
import { fill, parse } from "./fragments";
import type { Thread } from "./live";
import { toast } from "./toast";
import { pending } from "./upload";
import { say } from "./words";

const SAVE_MS = 800;
const BEIJING = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

interface Waiting {
  action: string;
  body: string;
  text: string;
}

export class Composer {
  private readonly form: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly slot: HTMLElement;
  private readonly key: string;
  private readonly most: number;
  private sending = false;
  private note = false;

  constructor(private readonly box: HTMLElement, form: HTMLFormElement, text: HTMLTextAreaElement, private readonly thread: Thread | null) {
    this.form = form;
    this.text = text;
    this.slot = one("[data-guard-slot]", box) ?? box;
    this.key = `draft:${box.dataset["case"] ?? ""}`;
    // A browser cuts a long paste at maxlength without a word; here it stays whole and is counted.
    this.most = Number(text.dataset["most"] ?? "5000");
    text.removeAttribute("maxlength");
    this.restore();
    this.count();
    const save = later(SAVE_MS, () => void this.save());
    text.addEventListener("input", () => {
      localStorage.setItem(this.key, text.value);
      this.count();
      save();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Escape") text.blur();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const by = event.submitter;
      if (by?.dataset["quoteKind"]) void this.quote(by.dataset["quoteKind"]);
      else if (by && "note" in by.dataset) this.setNote(!this.note);
      else void this.send();
    });
    window.addEventListener("online", () => void this.flush());
    void this.flush();
  }

  insert(words: string): void {
    const { text } = this;
    const before = text.value.slice(0, text.selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    text.focus();
    text.setRangeText(gap + words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  }

  setNote(note: boolean): void {
    this.note = note;
    this.box.classList.toggle("is-note", note);
    one("[data-note]", this.box)?.setAttribute("aria-pressed", String(note));
    this.text.placeholder = say(note ? "内部备注：租客看不到" : "写给租客的话；金额会在发出前与合同核对");
    const send = one("[data-send]", this.box);
    if (send) send.textContent = say(note ? "保存备注" : "发送");
    this.text.focus();
  }

  focus(): void {
    this.text.focus();
  }

  /** Puts the right figure in place of the wrong one; the renter's words around it stay as they were. */
  fix(said: string, right: string): void {
    this.text.value = this.text.value.split(said).join(right);
    this.text.dispatchEvent(new Event("input"));
    this.slot.replaceChildren();
    this.text.focus();
  }

  /** How long the text is, shown once it comes near the most that can be sent. */
  private count(): number {
    const length = [...this.text.value].length;
    const shown = one("[data-count]", this.box);
    if (shown) {
      shown.hidden = length < this.most * 0.9;
      shown.textContent = `${length.toLocaleString("en")} / ${this.most.toLocaleString("en")}`;
      shown.classList.toggle("over", length > this.most);
    }
    return length;
  }

  private tooLong(length: number): void {
    const said = say("最多 {most} 字，现在 {n} 字。可以分几条发送，写下的都还在。", { most: this.most.toLocaleString("en"), n: length.toLocaleString("en") });
    const problem = element("div", { class: "problem", role: "alert", tabindex: "-1" });
    problem.append(element("p", {}, said));
    this.slot.replaceChildren(problem);
    this.text.focus();
  }

  private restore(): void {
    const kept = localStorage.getItem(this.key);
    if (kept && !this.text.value) this.text.value = kept;
  }

  private async save(): Promise<void> {
    const mark = one("[data-saved]", this.box);
    const at = BEIJING.format(new Date());
    if (!this.box.closest(".desk")) return;
    try {
      const body = new URLSearchParams({ text: this.text.value, idempotency_key: freshKey() });
      const answer = await request(`/desk/cases/${this.box.dataset["case"] ?? ""}/draft`, { method: "POST", body });
      if (mark) mark.textContent = answer.ok ? say("自动存稿 {at}", { at }) : say("存在这台设备上");
    } catch {
      if (mark) mark.textContent = say("存在这台设备上");
    }
  }

  private async send(): Promise<void> {
    const text = this.text.value.trim();
    const media = all<HTMLInputElement>('input[name="media"]', this.form);
    if (this.sending || (!text && media.length === 0)) return;
    if (pending(this.form)) {
      toast(say("还有文件在上传，稍等一下"));
      return;
    }
    const length = this.count();
    if (length > this.most) return this.tooLong(length);
    const action = this.note ? (this.form.dataset["noteAction"] ?? this.form.action) : this.form.action;
    const seen = this.form.elements.namedItem("seen_seq");
    if (seen instanceof HTMLInputElement) seen.value = String(all("[data-seq]").reduce((most, row) => Math.max(most, Number(row.dataset["seq"])), 0));
    const body = formBody(this.form).toString();
    this.busy(true);
    try {
      const answer = await this.post(action, body);
      if (answer.ok) this.sent(await answer.text());
      else await this.refused(answer);
    } catch {
      this.keep({ action, body, text });
    } finally {
      this.busy(false);
    }
  }

  private post(action: string, body: string): Promise<Response> {
    return request(action, { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
  }

  private sent(html: string): void {
    this.slot.replaceChildren();
    one("[data-tray]", this.box)?.replaceChildren();
    for (const used of all('input[name="media"], [data-tiles] .tile:not(.add)', this.form)) used.remove();
    this.text.value = "";
    this.count();
    localStorage.removeItem(this.key);
    renewKey(this.form);
    if (this.note) this.setNote(false);
    if (html) this.thread?.append(html);
    void this.thread?.refresh().catch(() => undefined);
    this.text.focus();
  }

  /** The answer stands where the act was; the text is never taken away. */
  private async refused(answer: Response): Promise<void> {
    renewKey(this.form);
    const html = await answer.text();
    if (answer.headers.get("Content-Type")?.startsWith("text/html") && html) {
      fill(this.slot, html);
      one("[role=alert]", this.slot)?.focus();
    } else toast(say("没有发出，请再试一次"), { tone: "red" });
    void this.thread?.refresh().catch(() => undefined);
  }

  private busy(is: boolean): void {
    this.sending = is;
    const send = one<HTMLButtonElement>("[data-send]", this.box);
    if (send) send.disabled = is;
  }

  private async quote(kind: string): Promise<void> {
    const body = new URLSearchParams({ kind, idempotency_key: freshKey() });
    for (const menu of all<HTMLDetailsElement>("details[open]", this.box)) menu.open = false;
    const answer = await this.post(`/desk/cases/${this.box.dataset["case"] ?? ""}/quotes`, body.toString()).catch(() => null);
    if (!answer) return toast(say("没有发出，请再试一次"), { tone: "red" });
    if (!answer.ok) return this.refused(answer);
    const card = parse(await answer.text());
    const sentence = one("[data-quote-insert]", card)?.dataset["sentence"] ?? "";
    one("[data-tray]", this.box)?.replaceChildren(card);
    if (sentence) this.insert(sentence);
    toast(say("已放入回复框，发送前可改"));
  }

  /** Offline: the message with its key waits in this browser, shown as waiting, and goes out once. */
  private keep(message: Waiting): void {
    const queue = this.waiting();
    queue.push(message);
    localStorage.setItem(`${this.key}:out`, JSON.stringify(queue));
    const row = element("div", { class: "m us waiting" });
    row.append(element("div", { class: "b" }, message.text), element("div", { class: "w" }, say("网络断开，恢复后自动发送")));
    one("[data-thread]")?.append(row);
    row.scrollIntoView({ block: "nearest" });
    this.slot.replaceChildren();
    this.text.value = "";
    localStorage.removeItem(this.key);
    renewKey(this.form);
  }

  private waiting(): Waiting[] {
    try {
      return JSON.parse(localStorage.getItem(`${this.key}:out`) ?? "[]") as Waiting[];
    } catch {
      return [];
    }
  }

  private async flush(): Promise<void> {
    const queue = this.waiting();
    while (queue.length > 0 && navigator.onLine) {
      const message = queue[0];
      if (!message) break;
      const answer = await this.post(message.action, message.body).catch(() => null);
      if (!answer) return;
      queue.shift();
      localStorage.setItem(`${this.key}:out`, JSON.stringify(queue));
      one("[data-thread] .waiting")?.remove();
      if (answer.ok) this.thread?.append(await answer.text());
      else {
        this.text.value = [message.text, this.text.value].filter(Boolean).join("\n");
        localStorage.setItem(this.key, this.text.value);
        await this.refused(answer);
      }
    }
    if (queue.length === 0) await this.thread?.refresh().catch(() => undefined);
  }
}

export function startComposer(thread: Thread | null): Composer | null {
  const box = one("[data-composer]");
  const form = box ? one<HTMLFormElement>("form", box) : null;
  const text = box ? one<HTMLTextAreaElement>("textarea", box) : null;
  if (!box || !form || !text) return null;
  const composer = new Composer(box, form, text, thread);
  on("click", "[data-insert]", (_event, button) => {
    button.closest("details")?.removeAttribute("open");
    composer.insert(button.dataset["insert"] ?? "");
  });
  on("click", "[data-guard-fix]", (_event, button) => {
    composer.fix(button.dataset["said"] ?? "", button.dataset["right"] ?? "");
  });
  on("click", "[data-guard-work]", (_event, button) => {
    const work = document.getElementById(button.dataset["guardWork"] ?? "");
    if (!work) return;
    work.hidden = !work.hidden;
    button.setAttribute("aria-expanded", String(!work.hidden));
  });
  on("click", "[data-quote-drop]", (_event, button) => button.closest("[data-quote-insert]")?.remove());
  return composer;
}
