/** The statement: chips write the sentence, the extra words follow it, everything is saved as it is chosen. */
import { all, formBody, later, on, one, request } from "./dom";
import { fill } from "./fragments";
import { pending } from "./upload";
import { toast } from "./toast";
import { say } from "./words";

const SAVE_MS = 600;

function write(form: HTMLFormElement): void {
  const comma = document.documentElement.lang === "en" ? ", " : "，";
  for (const slot of all("[data-slot]", form)) {
    const chosen = all<HTMLInputElement>(`input[name="q.${slot.dataset["slot"] ?? ""}"]:checked`, form);
    const said = chosen.map((input) => input.dataset["phrase"] ?? "").filter(Boolean).join(comma);
    const mark = document.createElement("mark");
    mark.textContent = said;
    slot.replaceChildren(said ? mark : (slot.dataset["empty"] ?? ""));
    slot.classList.toggle("gap", !said);
  }
  const echo = one("[data-extra-echo]", form);
  const extra = one<HTMLTextAreaElement>("#extra", form);
  if (echo && extra) echo.textContent = extra.value;
}

export function startStatement(): void {
  const form = one<HTMLFormElement>("[data-statement]");
  if (!form) return;
  const saved = one("[data-saved]");
  const save = later(SAVE_MS, () => {
    request(form.dataset["draft"] ?? "", { method: "POST", body: formBody(form) })
      .then((answer) => {
        if (saved) saved.textContent = say(answer.ok ? "已自动保存" : "存在这台设备上");
      })
      .catch(() => {
        if (saved) saved.textContent = say("存在这台设备上");
      });
  });
  form.addEventListener("input", (event) => {
    const question = event.target instanceof Element ? event.target.closest("[data-needed]") : null;
    if (question) one("[data-wrong]", question)?.replaceChildren();
    write(form);
    save();
  });
  document.addEventListener("sealed", save);
  document.addEventListener("dropped", save);
  write(form);

  on("click", "[data-vague-edit]", () => {
    one("[data-vague-slot] [role=alert]")?.remove(); // what stays says that we have asked once (SAY-2)
    one("#extra")?.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (pending(form)) return toast(say("还有文件在上传，稍等一下"));
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    void submit(form, event.submitter).finally(() => form.removeAttribute("aria-busy"));
  });
}

/** Where an answer of the server belongs: at the first needed question left open, else above the button. */
function slotFor(form: HTMLFormElement): HTMLElement | null {
  const open = all("[data-needed]", form).find((question) => !one("input:checked", question));
  return (open && one("[data-wrong]", open)) ?? one("[data-vague-slot]");
}

/** 422 with a fragment asks back once (SAY-2); anything that worked leads to the page the server names. */
async function submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  try {
    const answer = await request(form.action, { method: "POST", body: formBody(form, submitter) });
    if (answer.ok) {
      location.assign(answer.headers.get("HX-Redirect") ?? answer.url);
      return;
    }
    const slot = slotFor(form);
    const html = await answer.text();
    if (slot && answer.headers.get("Content-Type")?.startsWith("text/html")) {
      fill(slot, html);
      const alert = one("[role=alert]", slot);
      alert?.focus({ preventScroll: true });
      alert?.scrollIntoView({ block: "center" });
    } else toast(say("没有发出，请再试一次"), { tone: "red" });
  } catch {
    toast(say("没有发出，请再试一次"), { tone: "red" });
  }
}
