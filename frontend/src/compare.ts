/** The comparison: a range input under the finger and the arrow keys moves the knife between two aligned photos. */
import { on } from "./dom";

export function startCompare(): void {
  on("input", "[data-compare] input", (_event, range) => {
    const cut = range instanceof HTMLInputElement ? range.value : "50";
    range.closest<HTMLElement>("[data-compare]")?.style.setProperty("--cut", `${cut}%`);
  });
}
