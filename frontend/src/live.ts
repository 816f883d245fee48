/** Live pages: an event says that something happened up to `seq`; the page asks for what it has not got.
 *
 * Nothing missed: after a reconnect it asks again after its last seq. Nothing doubled: a message whose
 * data-seq is on the page is left out. The queue's order changes only between interactions.
 */
import { all, later, on, one, request } from "./dom";
import { morph, parse } from "./fragments";
import { marked, remark } from "./marks";
import { opened } from "./opened";
import { Seals } from "./seals";
import { say } from "./words";

const IDLE_MS = 1500;
const PAGE = 50;
const SEEN_MS = 400;
const RETRY_MS = [1000, 2000, 5000, 10_000, 20_000];

interface LiveEvent {
  case?: string;
  seq?: number;
}

export function lastSeq(pane: ParentNode): number {
  return all("[data-thread] [data-seq]", pane).reduce((most, row) => Math.max(most, Number(row.dataset["seq"])), 0);
}

export class Thread {
  private running: Promise<void> | null = null;
  private again = false;
  /** Up to here nothing is missing. What was sent from here may stand further down, with a gap before it. */
  private whole: number;
  private readonly seals: Seals;

  /** Once `gone`, nothing of it touches the page any more. */
  constructor(readonly pane: HTMLElement, private readonly gone: AbortSignal) {
    this.whole = lastSeq(pane);
    this.seals = new Seals(pane, this.base, gone);
  }

  get base(): string {
    return this.pane.dataset["base"] ?? "";
  }

  /** Whether the page already has everything up to `seq`. */
  has(seq: number): boolean {
    return seq <= this.whole;
  }

  /** Asks for what is new; calls while one runs join into a single further one. */
  refresh(): Promise<void> {
    if (this.gone.aborted) return Promise.resolve();
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.pull().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        void this.refresh();
      }
    });
    return this.running;
  }

  private async pull(): Promise<void> {
    for (let got = PAGE; got >= PAGE; ) {
      const answer = await request(`${this.base}/thread?after=${this.whole}`);
      if (!answer.ok || this.gone.aborted) return;
      const html = await answer.text();
      this.append(html);
      const seqs = all("[data-seq]", parse(html)).map((row) => Number(row.dataset["seq"]));
      this.whole = Math.max(this.whole, ...seqs);
      got = seqs.length;
    }
    await Promise.all(
      (["header", "file", "status", "person"] as const).map(async (part) => {
        const target = one(`#${{ header: "case-header", file: "file", status: "case-status", person: "person" }[part]}`);
        if (!target || target.contains(document.activeElement) || target.querySelector("details.menu[open]")) return;
        const fragment = await request(`${this.base}/${part}`);
        if (fragment.ok) await morph(target, await fragment.text(), this.gone);
      }),
    );
  }

  /** Older messages above; the link moves on, and goes once there are none. */
  async earlier(link: HTMLAnchorElement): Promise<void> {
    const answer = await request(link.href);
    if (!answer.ok) return;
    const html = await answer.text();
    this.append(html);
    const rows = all("[data-seq]", parse(html));
    const first = rows.reduce((least, row) => Math.min(least, Number(row.dataset["seq"])), Infinity);
    if (rows.length < PAGE || first <= 1) link.remove();
    else link.href = `${this.base}/thread?before=${first}`;
  }

  append(html: string): void {
    const list = one("[data-thread]", this.pane);
    if (!list) return;
    const have = new Set(all("[data-seq]", list).map((row) => row.dataset["seq"]));
    const scroll = one("[data-scroll]", this.pane) ?? document.scrollingElement;
    const atEnd = !scroll || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    for (const row of all("[data-seq]", parse(html))) {
      if (row.parentElement?.closest("[data-seq]") || have.has(row.dataset["seq"])) continue;
      have.add(row.dataset["seq"]);
      row.classList.add("fresh");
      const next = all("[data-seq]", list).find((other) => Number(other.dataset["seq"]) > Number(row.dataset["seq"]));
      list.insertBefore(row, next ?? one(".waiting", list));
    }
    if (atEnd && scroll) scroll.scrollTop = scroll.scrollHeight;
    this.seals.watch();
  }
}

/** What arrives while its owner looks at it is read: told once things are quiet, never for a page nobody sees. */
class Seen {
  private told: number;
  private readonly soon = later(SEEN_MS, () => void this.tell().catch(() => undefined));

  constructor(
    private readonly pane: HTMLElement, private readonly ref: string, private readonly done: () => void,
    private readonly gone: AbortSignal,
  ) {
    this.told = lastSeq(pane);
  }

  looked(): void {
    this.soon();
  }

  private async tell(): Promise<void> {
    if (this.gone.aborted) return;
    const seq = lastSeq(this.pane);
    const fromRenter = all("[data-thread] > .m:not(.us)[data-seq]", this.pane).some((row) => Number(row.dataset["seq"]) > this.told);
    // Renters' pages tell it by asking for what is new; only the desk has a head that says whose case it is.
    if (document.hidden || !fromRenter || !one("#case-header[data-mine]")) return;
    this.told = seq;
    const answer = await request(`/api/v1/cases/${this.ref}/seen`, {
      method: "POST", body: JSON.stringify({ seq }), headers: { "Content-Type": "application/json", Accept: "application/json" },
    });
    if (answer.ok) this.done();
  }
}

/** Order and rows change only when nobody is pointing at, scrolling or walking through the list. */
export class Queue {
  private touched = 0;
  private pointing = false;
  private readonly soon = later(250, () => void this.refresh());

  constructor() {
    document.addEventListener("pointerover", (event) => {
      this.pointing = event.target instanceof Element && event.target.closest("#rows") !== null;
      if (this.pointing) this.touched = Date.now();
    });
    document.documentElement.addEventListener("pointerleave", () => {
      this.pointing = false;
    });
    document.addEventListener("keydown", () => {
      if (document.activeElement?.closest("#rows")) this.touched = Date.now();
    });
    document.addEventListener("scroll", () => { this.touched = Date.now(); }, { capture: true, passive: true });
  }

  changed(): void {
    this.soon();
  }

  private quiet(): boolean {
    return !this.pointing && Date.now() - this.touched > IDLE_MS && !document.activeElement?.closest("#rows");
  }

  private async refresh(): Promise<void> {
    const queue = one("#queue");
    if (!queue) return;
    const query = new URLSearchParams({ tab: queue.dataset["tab"] ?? "mine", open: marked() });
    const after = new URLSearchParams(location.search).get("after");
    if (after) query.set("after", after);
    const answer = await request(`/desk/queue?${query}`);
    if (!answer.ok) return;
    const html = await answer.text();
    if (this.quiet()) {
      await morph(queue, html);
      remark();
      return;
    }
    this.keepOrder(queue, html);
    const wait = window.setInterval(() => {
      if (!this.quiet()) return;
      clearInterval(wait);
      void this.refresh();
    }, IDLE_MS);
  }

  /** While somebody is there: the words of the rows change where they stand, new ones wait. */
  private keepOrder(queue: HTMLElement, html: string): void {
    const fresh = parse(html);
    const tabs = one(".tabs", fresh);
    if (tabs) one(".tabs", queue)?.replaceChildren(...tabs.childNodes);
    for (const row of all(".row", fresh)) {
      const here = document.getElementById(row.id);
      if (!here || here === document.activeElement) continue;
      here.replaceChildren(...row.childNodes);
      here.dataset["seq"] = row.dataset["seq"] ?? "";
    }
    queue.title = say("队列有变化");
  }
}

function read(event: Event): LiveEvent {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as LiveEvent;
  } catch {
    return {};
  }
}

function listen(url: string, heard: (event: LiveEvent) => void, returned: () => void, gone?: AbortSignal): void {
  let tries = 0;
  let source: EventSource | null = null;
  const until = gone ? { signal: gone } : {};
  const open = (): void => {
    if (gone?.aborted) return;
    source = new EventSource(url, { withCredentials: true });
    source.addEventListener("open", () => {
      tries = 0;
    });
    // The stream begins by saying where things stand, so a reconnect needs no question of its own.
    for (const kind of ["case", "list", "message"]) source.addEventListener(kind, (event) => heard(read(event)));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      const wait = RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)] ?? 20_000;
      setTimeout(open, wait + Math.random() * 500);
    });
  };
  open();
  window.addEventListener("online", () => {
    if (source?.readyState === EventSource.CLOSED) open();
    returned();
  }, until);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) returned();
  }, until);
  window.addEventListener("pagehide", () => source?.close(), until);
  gone?.addEventListener("abort", () => source?.close());
}

/** A renter's list: the page asks for itself again and its main part follows. */
function followList(main: HTMLElement): void {
  let first = true;
  const refresh = later(300, () => {
    fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } })
      .then(async (answer) => {
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("main");
        const here = document.getElementById("main");
        if (fresh && here && !here.contains(document.activeElement)) await morph(here, fresh.outerHTML);
        const tabs = page.querySelector(".tabbar");
        if (tabs) document.querySelector(".tabbar")?.replaceChildren(...tabs.childNodes);
      })
      .catch(() => undefined);
  });
  const changed = (): void => {
    // The first event only says that the stream is open; the page is as new as that, unless it waits for something
    // that may have come before the stream was there.
    if (first && !main.hasAttribute("data-live-waits")) first = false;
    else refresh();
  };
  listen(main.dataset["liveList"] ?? "", changed, refresh);
}

/** A page that is a list by itself (a renter's cases). */
export function startList(): void {
  const list = one("[data-live-list]");
  if (list) followList(list);
}

/** The queue beside the case. */
export function startQueue(): Queue | null {
  if (!one("#queue")) return null;
  const queue = new Queue();
  listen("/live/desk", () => queue.changed(), () => queue.changed());
  return queue;
}

/** The thread of the case in `pane` follows its stream until it is `gone`. */
export function followCase(pane: HTMLElement, queue: Queue | null, gone: AbortSignal): Thread {
  const ref = pane.dataset["case"] ?? "";
  const thread = new Thread(pane, gone);
  const seen = new Seen(pane, ref, () => {
    one(`#row-${CSS.escape(ref)} .n`)?.remove();
    queue?.changed();
  }, gone);
  const pull = (): void => void thread.refresh().then(() => seen.looked()).catch(() => undefined);
  // Internal notes count too: a renter's page then asks once for nothing.
  const heard = (event: LiveEvent): void => {
    if (event.seq === undefined || !thread.has(event.seq)) pull();
  };
  listen(pane.dataset["live"] ?? "", heard, pull, gone);
  return thread;
}

/** Older messages on request, for whichever case is open. */
export function startEarlier(): void {
  on("click", "[data-earlier]", (event, link) => {
    const thread = opened()?.thread;
    if (!(link instanceof HTMLAnchorElement) || !thread) return;
    event.preventDefault();
    void thread.earlier(link).catch(() => location.assign(link.href));
  });
}
