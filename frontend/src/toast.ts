/** Short notices; one may offer to undo. */
import { all, element, one } from "./dom";
import { say } from "./words";

const SHOWN_MS = 6000;

export function toast(text: string, options: { tone?: string; undo?: () => void } = {}): void {
  const box = one("#toasts");
  if (!box) return;
  const item = element("div", { class: `toast ${options.tone ?? ""}` });
  item.append(element("span", {}, text));
  const { undo } = options;
  if (undo) {
    const button = element("button", { type: "button" }, say("撤销"));
    button.addEventListener("click", () => {
      undo();
      item.remove();
    });
    item.append(button);
  }
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

export function startToasts(): void {
  for (const item of all("[data-toast]")) fade(item);
}
