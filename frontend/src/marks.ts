/** Which row of the queue is open. A list that was asked for earlier may come later: it is marked anew. */
import { all } from "./dom";

let open = "";

export function mark(ref: string): void {
  open = ref;
  remark();
}

export function remark(): void {
  for (const row of all("#rows .row")) {
    if (open && row.dataset["ref"] === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

export function marked(): string {
  return open;
}
