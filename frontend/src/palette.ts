/** Ctrl K finds cases, leases and acts; single keys walk the queue and act on the open case. */
import { all, element, later, one, request } from "./dom";
import { parse } from "./fragments";
import { opened } from "./opened";
import { visit } from "./visits";
import { say } from "./words";

interface Act {
  words: string;
  key: string;
  run: () => void;
}

function walk(by: number): void {
  const rows = all<HTMLAnchorElement>("#rows .row");
  const here = rows.findIndex((row) => row === document.activeElement || row.hasAttribute("aria-current"));
  const focused = rows.indexOf(document.activeElement as HTMLAnchorElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, (focused >= 0 ? focused : here) + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function acts(): Act[] {
  const list: Act[] = [];
  const composer = opened()?.composer;
  const take = one<HTMLFormElement>('[data-key="take"]');
  if (take) list.push({ words: say("接手这个会话"), key: "t", run: () => take.requestSubmit() });
  if (composer) {
    list.push({ words: say("回复"), key: "r", run: () => composer.focus() });
    list.push({ words: say("写内部备注"), key: "n", run: () => composer.setNote(true) });
  }
  for (const [words, path] of [["全部会话", "/desk?tab=all"], ["全部租约", "/desk/leases"], ["等待验机", "/desk/inspections"], ["审批", "/desk/approvals"]] as const) {
    list.push({ words: say(words), key: "", run: () => location.assign(path) });
  }
  const theme = one("[data-theme-switch]");
  if (theme) list.push({ words: say("切换明暗"), key: "", run: () => theme.click() });
  list.push({ words: say("看键盘操作"), key: "?", run: () => one<HTMLDialogElement>("#help")?.showModal() });
  return list;
}

class Palette {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly find = later(150, () => void this.search());
  private chosen = 0;

  constructor(private readonly dialog: HTMLDialogElement) {
    this.input = one<HTMLInputElement>("input", dialog) as HTMLInputElement;
    this.list = one("ul", dialog) as HTMLElement;
    this.input.addEventListener("input", () => {
      this.show([]);
      this.find();
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.select(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter") {
        event.preventDefault();
        all("li", this.list)[this.chosen]?.click();
      } else if (event.key === "Escape") {
        // A search field would only clear itself at the first press.
        event.preventDefault();
        dialog.close();
      }
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  open(): void {
    this.input.value = "";
    this.show([]);
    if (!this.dialog.open) this.dialog.showModal();
    this.input.focus();
  }

  private show(found: HTMLElement[]): void {
    const typed = this.input.value.trim().toLowerCase();
    const rows = acts()
      .filter((act) => act.words.toLowerCase().includes(typed))
      .map((act) => {
        const row = element("li", { role: "option", "aria-selected": "false" });
        row.append(element("span", {}, act.words), act.key ? element("kbd", {}, act.key) : "");
        row.addEventListener("click", () => {
          this.dialog.close();
          act.run();
        });
        return row;
      });
    this.list.replaceChildren(...found, ...rows);
    if (this.list.childElementCount === 0) this.list.append(element("li", { "aria-disabled": "true" }, say("没有找到")));
    all("li", this.list).forEach((row, index) => (row.id = `found-${index}`));
    this.select(0);
  }

  private select(index: number): void {
    const rows = all("li", this.list);
    this.chosen = Math.min(rows.length - 1, Math.max(0, index));
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this.chosen)));
    const row = rows[this.chosen];
    row?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row?.id ?? "");
  }

  private async search(): Promise<void> {
    const typed = this.input.value.trim();
    if (!typed) return;
    const answer = await request(`/desk/search?${new URLSearchParams({ q: typed })}`).catch(() => null);
    if (!answer?.ok || this.input.value.trim() !== typed) return;
    const found = all("li", parse(await answer.text()));
    for (const row of found) row.addEventListener("click", () => {
      this.dialog.close();
      visit(row.dataset["href"] ?? "/desk");
    });
    this.show(found);
  }
}

export function startPalette(): void {
  const dialog = one<HTMLDialogElement>("#palette");
  if (!dialog) return;
  const palette = new Palette(dialog);
  const opener = one<HTMLButtonElement>("[data-palette]");
  if (opener) opener.hidden = false;
  opener?.addEventListener("click", () => palette.open());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.open();
      return;
    }
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, dialog[open], [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
    // On the way to another case the old one takes no keys.
    else if (!one("#main")?.inert) {
      const act = acts().find((each) => each.key === event.key);
      if (!act) return;
      event.preventDefault();
      act.run();
    }
  });
}
