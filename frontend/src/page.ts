/** What every page does: theme, menus that close, forms sent once, lost connection, clocks. */
import { startClocks } from "./clock";
import { all, on, one } from "./dom";
import { toast } from "./toast";
import { say } from "./words";

function setTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset["theme"]
    ? root.dataset["theme"] === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const next = dark ? "light" : "dark";
  root.dataset["theme"] = next;
  document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
}

/** Starts at the newest message, or at `top`, and stays at the end while the composer below grows, unless somebody
 * reads above.
 */
export function keepEnd(scroll: HTMLElement, gone: AbortSignal, top: number | null): void {
  let atEnd = top === null;
  if (top !== null) scroll.scrollTop = top;
  const toEnd = (): void => {
    if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  };
  scroll.addEventListener("scroll", () => {
    atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  }, { passive: true });
  toEnd();
  const watch = new ResizeObserver(toEnd);
  watch.observe(scroll);
  gone.addEventListener("abort", () => watch.disconnect());
}

export function startPage(): void {
  startClocks();
  for (const button of all("[data-theme-switch]")) button.hidden = false;
  on("click", "[data-theme-switch]", setTheme);

  document.addEventListener("click", (event) => {
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      one("summary", menu)?.focus();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("once" in form.dataset) || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    const buttons = all<HTMLButtonElement>("button", form);
    const outside = form.id ? all<HTMLButtonElement>(`button[form="${form.id}"]`) : [];
    for (const button of [...buttons, ...outside]) button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const busy of all("[aria-busy]")) busy.removeAttribute("aria-busy");
  });

  document.addEventListener("htmx:response:error", () => toast(say("没有发出，请再试一次"), { tone: "red" }));

  const offline = one("#offline");
  const show = (): void => {
    if (offline) offline.hidden = navigator.onLine;
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();

  const end = one("[data-thread] > :last-child");
  const scroll = one("[data-scroll]");
  if (!scroll && end && document.body.classList.contains("chat")) window.scrollTo(0, document.body.scrollHeight);
  const guard = one("[data-guard], .problem");
  if (guard && !scroll) guard.scrollIntoView({ block: "nearest" });
}
