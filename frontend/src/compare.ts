/** The comparison: a range input under the finger and the arrow keys moves the knife between two aligned photos. */
import { all, one } from "./dom";

export function startCompare(): void {
  for (const box of all("[data-compare]")) {
    const range = one<HTMLInputElement>("input", box);
    range?.addEventListener("input", () => box.style.setProperty("--cut", `${range.value}%`));
  }
}
