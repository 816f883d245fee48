/** The reply box: drafts survive, a message is sent once, a lost connection sends it later, the guard speaks first. */
import { all, element, formBody, freshKey, later, meta, on, one, renewKey, request } from "./dom";
import { fill, parse } from "./fragments";
import { lastSeq, type Thread } from "./live";
import { opened } from "./opened";
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

interface Typed {
  text: string;
  saved: boolean;
}

/** What was typed on this page, by case: newer than any draft the server may still be sending. */
const typed = new Map<string, Typed>();
/** What is being sent: whoever comes back to its case meanwhile must not find it to send again. */
const underWay = new Map<string, string>();
/** What lies in the tray of a case that was left: a quote drawn for the answer. */
const trays = new Map<string, Node[]>();

export class Composer {
  private readonly form: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly slot: HTMLElement;
  private readonly key: string;
  private readonly most: number;
  private readonly ref: string;
  private readonly atDesk: boolean;
  private sending = false;
  private note = false;

  constructor(
    private readonly box: HTMLElement, form: HTMLFormElement, text: HTMLTextAreaElement,
    private readonly thread: Thread, private readonly gone: AbortSignal,
  ) {
    this.form = form;
    this.text = text;
    this.slot = one("[data-guard-slot]", box) ?? box;
    this.ref = box.dataset["case"] ?? "";
    // By person too: what one wrote, or left waiting for the network, is never sent in the next one's name.
    this.key = `draft:${meta("who")}:${this.ref}`;
    this.atDesk = box.closest(".desk") !== null;
    // A browser cuts a long paste at maxlength without a word; here it stays whole and is counted.
    this.most = Number(text.dataset["most"] ?? "5000");
    text.removeAttribute("maxlength");
    this.restore();
    this.count();
    const save = later(SAVE_MS, () => void this.save());
    text.addEventListener("input", () => {
      localStorage.setItem(this.key, text.value);
      typed.set(this.key, { text: text.value, saved: false });
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
    window.addEventListener("online", () => void this.flush(), { signal: gone });
    void this.flush();
  }

  /** On leaving: the draft goes to the server at once, and what lies in the tray waits for the return. */
  keep(): void {
    const tray = [...(one("[data-tray]", this.box)?.childNodes ?? [])];
    if (tray.length > 0) trays.set(this.key, tray);
    if (typed.get(this.key)?.saved === false) void this.save();
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
    this.showNote(note);
    this.text.focus();
    if (!this.text.value) return;
    typed.set(this.key, { text: this.text.value, saved: false });
    void this.save();
  }

  /** Kept with the draft: what was begun for colleagues must not come back as words for the renter. */
  private showNote(note: boolean): void {
    this.note = note;
    if (note) localStorage.setItem(`${this.key}:note`, "1");
    else localStorage.removeItem(`${this.key}:note`);
    this.box.classList.toggle("is-note", note);
    one("[data-note]", this.box)?.setAttribute("aria-pressed", String(note));
    this.text.placeholder = say(note ? "内部备注：租客看不到" : "写给租客的话；金额会在发出前与合同核对");
    const send = one("[data-send]", this.box);
    if (send) send.textContent = say(note ? "保存备注" : "发送");
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
    const here = typed.get(this.key);
    if (here) this.text.value = here.text;
    else if (kept && !this.text.value) this.text.value = kept;
    if (this.text.value.trim() === underWay.get(this.key)) this.text.value = "";
    if (this.text.value && localStorage.getItem(`${this.key}:note`)) this.showNote(true);
    one("[data-tray]", this.box)?.append(...(trays.get(this.key) ?? []));
    trays.delete(this.key);
  }

  private async save(): Promise<void> {
    const mark = one("[data-saved]", this.box);
    const at = BEIJING.format(new Date());
    const text = this.text.value;
    // What is on its way is no draft: kept now, it would stand there again once it has arrived.
    if (!this.atDesk || typed.get(this.key)?.saved || (text && underWay.get(this.key) === text.trim())) return;
    try {
      // A note stays on this device: the server's draft is one for the renter, wherever it is opened next.
      const body = new URLSearchParams({ text: this.note ? "" : text, idempotency_key: freshKey() });
      const answer = await request(`/desk/cases/${this.ref}/draft`, { method: "POST", body });
      const here = typed.get(this.key);
      if (answer.ok && here?.text === text) here.saved = true;
      if (mark) mark.textContent = answer.ok && !this.note ? say("自动存稿 {at}", { at }) : say("存在这台设备上");
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
    if (seen instanceof HTMLInputElement) seen.value = String(lastSeq(this.thread.pane));
    const body = formBody(this.form).toString();
    this.busy(true);
    underWay.set(this.key, text);
    try {
      const answer = await this.post(action, body);
      if (answer.ok) this.sent(await answer.text());
      else await this.refused(answer);
    } catch {
      this.queueUp({ action, body, text });
    } finally {
      underWay.delete(this.key);
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
    const drafted = this.text.defaultValue !== "" || typed.get(this.key)?.saved === true;
    this.text.value = this.text.defaultValue = "";
    this.count();
    this.forget();
    // The server keeps a draft until it is told otherwise: what was sent must not stand in the box again.
    if (drafted) void this.save();
    renewKey(this.form);
    if (this.note) this.showNote(false);
    if (html) this.thread.append(html);
    void this.thread.refresh().catch(() => undefined);
    if (!this.gone.aborted) this.text.focus();
  }

  private forget(): void {
    localStorage.removeItem(this.key);
    typed.delete(this.key);
    trays.delete(this.key);
  }

  /** The answer stands where the act was; the text is never taken away. */
  private async refused(answer: Response): Promise<void> {
    renewKey(this.form);
    const html = await answer.text();
    if (this.gone.aborted) return this.refusedAway();
    if (answer.headers.get("Content-Type")?.startsWith("text/html") && html) {
      fill(this.slot, html);
      one("[role=alert]", this.slot)?.focus();
    } else toast(say("没有发出，请再试一次"), { tone: "red" });
    void this.thread.refresh().catch(() => undefined);
  }

  /** Refused after its case was left: the words are back in that reply box, and it is said. */
  private refusedAway(): void {
    const back = opened()?.ref === this.ref ? opened()?.composer : null;
    if (back && !back.text.value) back.text.value = this.text.value;
    toast(say("上一个会话里有一条没有发出，写下的还在那里的回复框"), { tone: "red" });
  }

  private busy(is: boolean): void {
    this.sending = is;
    const send = one<HTMLButtonElement>("[data-send]", this.box);
    if (send) send.disabled = is;
  }

  private async quote(kind: string): Promise<void> {
    const body = new URLSearchParams({ kind, idempotency_key: freshKey() });
    for (const menu of all<HTMLDetailsElement>("details[open]", this.box)) menu.open = false;
    const answer = await this.post(`/desk/cases/${this.ref}/quotes`, body.toString()).catch(() => null);
    if (!answer) return toast(say("没有发出，请再试一次"), { tone: "red" });
    if (!answer.ok) return this.refused(answer);
    const card = parse(await answer.text());
    if (this.gone.aborted) return;
    const sentence = one("[data-quote-insert]", card)?.dataset["sentence"] ?? "";
    one("[data-tray]", this.box)?.replaceChildren(card);
    if (sentence) this.insert(sentence);
    toast(say("已放入回复框，发送前可改"));
  }

  /** Offline: the message with its key waits in this browser, shown as waiting, and goes out once. */
  private queueUp(message: Waiting): void {
    const queue = this.waiting();
    queue.push(message);
    localStorage.setItem(`${this.key}:out`, JSON.stringify(queue));
    const row = element("div", { class: "m us waiting" });
    row.append(element("div", { class: "b" }, message.text), element("div", { class: "w" }, say("网络断开，恢复后自动发送")));
    one("[data-thread]", this.thread.pane)?.append(row);
    row.scrollIntoView({ block: "nearest" });
    this.slot.replaceChildren();
    this.text.value = "";
    this.forget();
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
      one("[data-thread] .waiting", this.thread.pane)?.remove();
      if (answer.ok) this.thread.append(await answer.text());
      else {
        this.text.value = [message.text, this.text.value].filter(Boolean).join("\n");
        localStorage.setItem(this.key, this.text.value);
        await this.refused(answer);
      }
    }
    if (queue.length === 0) await this.thread.refresh().catch(() => undefined);
  }
}

export function startComposer(thread: Thread, gone: AbortSignal): Composer | null {
  const box = one("[data-composer]");
  const form = box ? one<HTMLFormElement>("form", box) : null;
  const text = box ? one<HTMLTextAreaElement>("textarea", box) : null;
  return box && form && text ? new Composer(box, form, text, thread, gone) : null;
}

/** Before a case is asked for: a draft that its server has taken is newer there than here. */
export function beforeDraft(ref: string): void {
  const key = `draft:${ref}`;
  if (typed.get(key)?.saved) typed.delete(key);
}

/** What the buttons around a reply box do, for whichever case is open. */
export function startReplies(): void {
  on("click", "[data-insert]", (_event, button) => {
    button.closest("details")?.removeAttribute("open");
    opened()?.composer?.insert(button.dataset["insert"] ?? "");
  });
  on("click", "[data-guard-fix]", (_event, button) => {
    opened()?.composer?.fix(button.dataset["said"] ?? "", button.dataset["right"] ?? "");
  });
  on("click", "[data-guard-work]", (_event, button) => {
    const work = document.getElementById(button.dataset["guardWork"] ?? "");
    if (!work) return;
    work.hidden = !work.hidden;
    button.setAttribute("aria-expanded", String(!work.hidden));
  });
  on("click", "[data-quote-drop]", (_event, button) => button.closest("[data-quote-insert]")?.remove());
}
