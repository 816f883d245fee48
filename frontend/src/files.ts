/** A chosen file travels in the form it belongs to: its bytes, in base64, under the name that `data-to` gives. */
import { element, one } from "./dom";

export function startFiles(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    const to = input instanceof HTMLInputElement ? input.dataset["to"] : undefined;
    if (!(input instanceof HTMLInputElement) || !to || !input.form) return;
    const form = input.form;
    const kept = one<HTMLInputElement>(`input[name="${to}"]`, form) ?? form.appendChild(element("input", { type: "hidden", name: to }));
    kept.value = "";
    const file = input.files?.[0];
    if (!file) return;
    form.setAttribute("aria-busy", "true");
    const reader = new FileReader();
    reader.addEventListener("loadend", () => {
      form.removeAttribute("aria-busy");
      if (typeof reader.result === "string") kept.value = reader.result.slice(reader.result.indexOf(",") + 1);
    });
    reader.readAsDataURL(file);
  });
}
