/** From case to case without leaving the workbench: the queue stays, the case beside it changes, the address follows.
 *
 * Until the new case is there the old one stays in sight but takes no input: words must not reach the wrong renter.
 */
import { element, meta, one, request } from "./dom";
import { parse, wake } from "./fragments";
import type { Queue } from "./live";
import { mark } from "./marks";
import { enter, leave, opened } from "./opened";
import { beforeDraft } from "./composer";
import { toast } from "./toast";
import { say } from "./words";

const PATH = /^\/desk\/cases\/([A-Za-z0-9-]+)$/;
const PATIENCE_MS = 20_000;

/** `push` from a link; `pop` where the browser has gone back or forward already. */
type How = "push" | "pop";

interface Place {
  thread: number;
  file: number;
}

class Visits {
  private asking: AbortController | null = null;
  private at = 0;
  private shown = here();
  private readonly places = new Map<number, Place>();
  private readonly first = one("main.blank");
  private readonly firstTitle = document.title;

  constructor(private readonly queue: Queue | null) {
    const kept = (history.state as { at?: number } | null)?.at;
    this.at = kept ?? 0;
    history.replaceState({ at: this.at }, "");
    window.addEventListener("popstate", (event) => this.popped(event));
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.download) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !this.goes(link.href)) return;
      event.preventDefault();
    });
  }

  /** Opens the case of this address here; false where it is no case, or another queue belongs to it. */
  goes(href: string): boolean {
    const url = new URL(href, location.href);
    const ref = refOf(url);
    if (!ref || !this.sameQueue(url)) return false;
    const now = new URLSearchParams(location.search);
    const query = new URLSearchParams({ tab: this.tab });
    const after = now.get("after");
    if (after) query.set("after", after);
    url.search = query.toString();
    if (ref === opened()?.ref && !this.asking) this.again();
    else void this.go(url, ref, "push");
    return true;
  }

  private get tab(): string {
    return one("#queue")?.dataset["tab"] ?? "mine";
  }

  private sameQueue(url: URL): boolean {
    const tab = url.searchParams.get("tab");
    return url.origin === location.origin && !url.searchParams.has("before") && (tab === null || tab === this.tab);
  }

  /** The open case once more: what is new, and its end. */
  private again(): void {
    void opened()?.thread.refresh().catch(() => undefined);
    const scroll = one("[data-scroll]");
    if (scroll) scroll.scrollTop = scroll.scrollHeight;
    one("#main")?.focus({ preventScroll: true });
  }

  private async go(url: URL, ref: string, how: How, at = this.at + 1): Promise<void> {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const late = setTimeout(() => asking.abort(), PATIENCE_MS);
    const held = document.activeElement;
    hold(true);
    mark(ref);
    beforeDraft(ref);
    if (how === "pop") showRow(ref);
    let answer: Response;
    let html: string;
    try {
      answer = await request(`${url.pathname}/pane`, { signal: asking.signal });
      html = await answer.text();
    } catch {
      if (this.asking === asking) this.lost(how, at, held);
      return;
    } finally {
      clearTimeout(late);
    }
    if (this.asking !== asking) return;
    this.asking = null;
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.status === 401 || answer.redirected || !type.startsWith("text/html")) return location.assign(url.href);
    const fresh = parse(html);
    const main = one("#main", fresh);
    // Somebody else has logged in here meanwhile: the whole page is theirs, not only the case.
    if (main && main.dataset["csrf"] !== meta("csrf")) return location.assign(url.href);
    this.keepPlace();
    if (how === "push") {
      history.pushState({ at }, "", url);
      for (const further of [...this.places.keys()]) if (further >= at) this.places.delete(further);
    }
    this.at = at;
    this.shown = here();
    const place = how === "pop" ? this.places.get(at) : undefined;
    if (answer.ok && main) this.show(main, one("#file", fresh), place);
    else this.refuse(fresh, answer.status, url);
  }

  private show(main: HTMLElement, file: HTMLElement | null, place: Place | undefined): void {
    put(main, file);
    document.body.classList.add("with-case");
    document.title = main.dataset["title"] ?? document.title;
    if (file && place) file.scrollTop = place.file;
    enter(this.queue, place?.thread ?? null);
    settle(main);
  }

  /** The reason stands where the case would have been; the queue goes on. */
  private refuse(said: DocumentFragment, status: number, url: URL): void {
    const main = element("main", { class: "blank refused", id: "main", tabindex: "-1" });
    const box = element("div", {});
    const links = element("p", { class: "acts-row" });
    if (status >= 500 || status === 429) links.append(element("a", { class: "btn main", href: url.pathname + url.search }, say("再试一次")));
    links.append(element("a", { class: "btn", href: `/desk?tab=${this.tab}` }, say("回到会话列表")));
    box.append(said, links);
    main.append(box);
    put(main, null);
    document.title = main.querySelector("b")?.textContent ?? document.title;
    settle(main);
    this.queue?.changed();
  }

  /** No answer: the case that was open is still open, and says so. */
  private lost(how: How, at: number, held: Element | null): void {
    this.asking = null;
    hold(false);
    if (held instanceof HTMLElement && document.activeElement === document.body) held.focus({ preventScroll: true });
    mark(opened()?.ref ?? "");
    toast(say("没有打开这个会话，请检查网络后再试"), { tone: "red" });
    if (how !== "pop" || at === this.at) return;
    history.go(this.at - at);
  }

  private popped(event: PopStateEvent): void {
    if (here() === this.shown && !this.asking) return;
    const url = new URL(location.href);
    const ref = refOf(url);
    const at = (event.state as { at?: number } | null)?.at ?? 0;
    if (ref && this.sameQueue(url)) {
      if (here() === this.shown) this.stay();
      else void this.go(url, ref, "pop", at);
    } else if (url.pathname === "/desk" && this.first && this.sameQueue(url)) this.close(this.first, at);
    else location.reload();
  }

  /** Back to the case that never left, before the other one came. */
  private stay(): void {
    this.asking?.abort();
    this.asking = null;
    hold(false);
    mark(opened()?.ref ?? "");
  }

  /** Back to the queue alone, as the page began. */
  private close(blank: HTMLElement, at: number): void {
    this.asking?.abort();
    this.asking = null;
    this.keepPlace();
    this.at = at;
    this.shown = here();
    put(blank, null);
    mark("");
    document.body.classList.remove("with-case");
    document.title = this.firstTitle;
  }

  private keepPlace(): void {
    const thread = one("[data-scroll]");
    if (thread) this.places.set(this.at, { thread: thread.scrollTop, file: one("#file")?.scrollTop ?? 0 });
  }
}

let visits: Visits | null = null;

/** Only where a queue stands beside the case; everywhere else links are links. */
export function startVisits(queue: Queue | null): void {
  if (!queue) return;
  mark(opened()?.ref ?? "");
  visits = new Visits(queue);
}

/** Opens an address of ours: in the workbench where it can, else as a page. */
export function visit(href: string): void {
  if (!visits?.goes(href)) location.assign(href);
}

function refOf(url: URL): string {
  return PATH.exec(url.pathname)?.[1] ?? "";
}

function here(): string {
  return location.pathname + location.search;
}

function hold(is: boolean): void {
  for (const pane of [one("#main"), one("#file")]) {
    if (!pane) continue;
    pane.inert = is;
    pane.setAttribute("aria-busy", String(is));
  }
}

/** In one step, so that nothing is seen between the old case and the new one. */
function put(main: HTMLElement, file: HTMLElement | null): void {
  leave();
  document.body.classList.remove("file-open");
  one("#file")?.remove();
  one("#main")?.replaceWith(main);
  if (file) main.after(file);
  hold(false);
  wake(main);
  if (file) wake(file);
}

/** The keys now belong to the new case, and its name is read out; who is typing elsewhere is left alone. */
function settle(main: HTMLElement): void {
  if (!document.activeElement?.closest("dialog[open]")) main.focus({ preventScroll: true });
}

function showRow(ref: string): void {
  document.getElementById(`row-${ref}`)?.scrollIntoView({ block: "nearest" });
}
