/** A mark beside each own message says whether it is sealed. One that waits is asked for again; nothing else moves. */
import { all, one, request } from "./dom";
import { parse } from "./fragments";

const WAITS_MS = [700, 1000, 1500, 2500, 4000, 8000, 15_000, 30_000];

export class Seals {
  private tries = 0;
  private timer = 0;

  constructor(private readonly pane: HTMLElement, private readonly base: string, private readonly gone: AbortSignal) {
    this.watch();
  }

  /** Something new stands in the thread: look soon. */
  watch(): void {
    this.tries = 0;
    clearTimeout(this.timer);
    this.later();
  }

  private waiting(): HTMLElement[] {
    return all("[data-seal-wait]", this.pane);
  }

  private later(): void {
    const wait = WAITS_MS[this.tries];
    if (wait === undefined || this.gone.aborted || this.waiting().length === 0) return;
    this.tries += 1;
    this.timer = window.setTimeout(() => void this.ask().catch(() => undefined).finally(() => this.later()), wait);
  }

  private async ask(): Promise<void> {
    const seqs = this.waiting().map((mark) => Number(mark.closest<HTMLElement>("[data-seq]")?.dataset["seq"] ?? 0));
    const answer = await request(`${this.base}/thread?after=${Math.min(...seqs) - 1}`);
    if (!answer.ok || this.gone.aborted) return;
    for (const row of all("[data-seq]", parse(await answer.text()))) {
      const sealed = one(".seal:not([data-seal-wait])", row);
      const here = one(`[data-seq="${row.dataset["seq"] ?? ""}"] .seal[data-seal-wait]`, this.pane);
      if (sealed && here) here.replaceWith(sealed);
    }
  }
}
