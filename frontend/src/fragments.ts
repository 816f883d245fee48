/** HTML fragments from our own server: parsed inertly, put in place, or morphed by htmx. */
import htmx from "htmx.org/dist/htmx.esm.js";

export function parse(html: string): DocumentFragment {
  const template = document.createElement("template");
  const parsed = new DOMParser().parseFromString(html, "text/html");
  template.content.append(...parsed.body.childNodes);
  return document.importNode(template.content, true);
}

export function fill(slot: Element, html: string): void {
  slot.replaceChildren(parse(html));
  htmx.process(slot as HTMLElement);
}

/** Replaces `target` keeping focus, scroll and open details of what stays. */
export async function morph(target: HTMLElement, html: string): Promise<void> {
  const open = new Set([...target.querySelectorAll("details[open]")].map(pathOf));
  const top = target.scrollTop;
  const id = target.id;
  await htmx.swap({ text: html, target, sourceElement: document.body, swap: "outerMorph" });
  const now = document.getElementById(id);
  if (!now) return;
  for (const details of now.querySelectorAll("details")) if (open.has(pathOf(details))) details.open = true;
  now.scrollTop = top;
}

/** A summary's words name a details element well enough across a morph. */
function pathOf(details: Element): string {
  return details.querySelector("summary")?.textContent?.trim() ?? "";
}
