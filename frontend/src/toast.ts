/** Short notices. */
import { element, one } from "./dom";

const SHOWN_MS = 6000;

export function toast(text: string, options: { tone?: string } = {}): void {
  const box = one("#toasts");
  if (!box) return;
  const item = element("div", { class: `toast ${options.tone ?? ""}` });
  item.append(element("span", {}, text));
  box.append(item);
  fade(item);
}

function fade(item: HTMLElement): void {
  let timer = window.setTimeout(() => item.remove(), SHOWN_MS);
  item.addEventListener("pointerenter", () => clearTimeout(timer));
  item.addEventListener("pointerleave", () => {
    timer = window.setTimeout(() => item.remove(), SHOWN_MS / 3);
  });
}
