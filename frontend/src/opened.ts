/** The case that is open: its thread, its reply box and its live stream, until another takes its place. */
import { startComposer, type Composer } from "./composer";
import { followCase, type Queue, type Thread } from "./live";
import { keepEnd } from "./page";
import { one } from "./dom";

export interface Opened {
  ref: string;
  thread: Thread;
  composer: Composer | null;
}

let current: Opened | null = null;
let gone = new AbortController();

export function opened(): Opened | null {
  return current;
}

/** Starts what belongs to the case on this page, if one is there; `top` is where its thread had been left. */
export function enter(queue: Queue | null = null, top: number | null = null): void {
  const pane = one("[data-live]");
  if (!pane) return;
  gone = new AbortController();
  const thread = followCase(pane, queue, gone.signal);
  const scroll = one("[data-scroll]", pane);
  if (scroll) keepEnd(scroll, gone.signal, top);
  current = { ref: pane.dataset["case"] ?? "", thread, composer: startComposer(thread, gone.signal) };
}

/** What was typed is kept; nothing that is still on its way may touch the page of the next case. */
export function leave(): void {
  current?.composer?.keep();
  current = null;
  gone.abort();
}
