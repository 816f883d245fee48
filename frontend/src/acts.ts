/** Acts on the open case: posted in place; a refusal is said where it happened, the header follows. */
import { formBody, one, renewKey, request } from "./dom";
import { fill } from "./fragments";
import { opened } from "./opened";
import { toast } from "./toast";
import { say } from "./words";

export function startActs(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("act" in form.dataset)) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    void act(form, event.submitter).finally(() => form.removeAttribute("aria-busy"));
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-file-toggle]")) {
      event.preventDefault();
      document.body.classList.toggle("file-open");
    } else if (!event.target.closest("#file")) document.body.classList.remove("file-open");
  });
}

async function act(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const thread = opened()?.thread;
  try {
    const answer = await request(form.action, { method: "POST", body: formBody(form, submitter) });
    renewKey(form);
    if (answer.ok) {
      form.closest("details")?.removeAttribute("open");
      const to = answer.headers.get("HX-Redirect");
      if (to) return location.assign(to);
      if (opened()?.thread === thread) (document.activeElement as HTMLElement | null)?.blur();
      await thread?.refresh();
      return;
    }
    const html = await answer.text();
    const slot = opened()?.thread === thread ? one("[data-guard-slot]") : null;
    if (slot && answer.headers.get("Content-Type")?.startsWith("text/html")) fill(slot, html);
    else toast(say("没有发出，请再试一次"), { tone: "red" });
    await thread?.refresh();
  } catch {
    toast(say("没有发出，请再试一次"), { tone: "red" });
  }
}
