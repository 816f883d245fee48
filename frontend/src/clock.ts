/** Countdowns: the server says until when, the text follows; the same words as `left_text` in formats.py. */
import { all, meta } from "./dom";
import { say } from "./words";

/** The server's clock minus ours, so that a wrong device clock does not frighten anybody. */
let skew = 0;

export function span(seconds: number): string {
  if (seconds < 60) return say("{n} 秒", { n: seconds });
  if (seconds < 3600) return say("{n} 分钟", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) {
    return say("{h} 小时 {m} 分", { h: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60) });
  }
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return hours ? say("{d} 天 {h} 小时", { d: days, h: hours }) : say("{n} 天", { n: days });
}

/** How long past: whole hours and whole days once there are any, as `_over_text` says it. */
function over(seconds: number): string {
  if (seconds < 3600) return span(seconds);
  if (seconds < 86_400) return say("{n} 小时", { n: Math.floor(seconds / 3600) });
  return say("{n} 天", { n: Math.floor(seconds / 86_400) });
}

export function left(seconds: number): string {
  if (seconds < 0) return say("已超 {span}", { span: over(-seconds) });
  if (seconds >= 3600) return span(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick(): void {
  const now = Date.now() + skew;
  for (const clock of all<HTMLTimeElement>("[data-until]")) {
    const seconds = Math.trunc((Date.parse(clock.dataset["until"] ?? "") - now) / 1000);
    const words = clock.querySelector("[data-left]");
    const text = left(seconds);
    if (words && words.textContent !== text) words.textContent = text;
    if ("forced" in clock.dataset) continue;
    clock.classList.toggle("red", seconds < 0);
    clock.classList.toggle("amber", seconds >= 0 && seconds < Number(clock.dataset["amber"]));
  }
}

export function startClocks(): void {
  const server = Date.parse(meta("now"));
  // The page may come from the back-forward cache; only a fresh page tells the server's time.
  if (!Number.isNaN(server)) skew = server - Date.now();
  setInterval(tick, 1000);
}
