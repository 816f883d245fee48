/** HTML fragments from our own server: parsed inertly, put in place, or morphed by htmx. */
import htmx from "htmx.org/dist/htmx.esm.js";

export function parse(html: string): DocumentFragment {
  const template = document.createElement("template");
  const parsed = new DOMParser().parseFromString(html, "text/html");
  template.content.append(...parsed.body.childNodes);
  return document.importNode(template.content, true);
}

export function fill(slot: HTMLElement, html: string): void {
  slot.replaceChildren(parse(html));
  wake(slot);
}

/** What was put into the page by hand gets its htmx attributes at work. */
export function wake(element: HTMLElement): void {
  htmx.process(element);
}

/** Replaces `target` keeping focus, scroll and open details of what stays; not once it is `gone`. */
export async function morph(target: HTMLElement, html: string, gone?: AbortSignal): Promise<void> {
  if (gone?.aborted) return;
  const open = new Set([...target.querySelectorAll("details[open]")].map(pathOf));
  const top = target.scrollTop;
  const id = target.id;
  await htmx.swap({ text: html, target, sourceElement: document.body, swap: "outerMorph" });
  const now = document.getElementById(id);
  if (!now || gone?.aborted) return;
  for (const details of now.querySelectorAll("details")) if (open.has(pathOf(details))) details.open = true;
  now.scrollTop = top;
}

/** A summary's words name a details element well enough across a morph. */
function pathOf(details: Element): string {
  return details.querySelector("summary")?.textContent?.trim() ?? "";
}
