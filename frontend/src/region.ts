/** The inspector's form: findings added and dropped, a sealed photo chosen, the mark drawn on it. */
import { all, element, on, one } from "./dom";
import { toast } from "./toast";
import { say } from "./words";

interface Sealed {
  ref: string;
  src: string;
  name: string;
}

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

const photos: Sealed[] = [];
const clamp = (value: number): number => Math.min(1, Math.max(0, value));

function draw(region: HTMLElement, box: Box): void {
  const mark = one<SVGRectElement>("[data-region-mark]", region);
  mark?.setAttribute("x", String(box.x * 1000));
  mark?.setAttribute("y", String(box.y * 1000));
  mark?.setAttribute("width", String(box.w * 1000));
  mark?.setAttribute("height", String(box.h * 1000));
  const value = one<HTMLInputElement>("[data-region-value]", region);
  if (value) value.value = [box.x, box.y, box.w, box.h].map((n) => n.toFixed(4)).join(",");
  const tip = one("[data-region-tip]", region);
  if (tip) tip.textContent = say("已框出痕迹，可用方向键微调");
}

function read(region: HTMLElement): Box {
  const [x = 0.4, y = 0.4, w = 0.2, h = 0.2] = (one<HTMLInputElement>("[data-region-value]", region)?.value || "0.4,0.4,0.2,0.2").split(",").map(Number);
  return { x, y, w, h };
}

function show(region: HTMLElement, photo: Sealed): void {
  const picture = one<HTMLImageElement>("[data-region-photo]", region);
  const ref = one<HTMLInputElement>("[data-region-ref]", region);
  if (!picture || !ref) return;
  picture.src = photo.src;
  picture.alt = photo.name;
  picture.hidden = false;
  // The frame takes the photo's own shape: a fraction of one is then a fraction of the other.
  const shape = (): void => {
    const frame = picture.closest<HTMLElement>(".frame");
    if (frame && picture.naturalWidth) frame.style.aspectRatio = `${picture.naturalWidth} / ${picture.naturalHeight}`;
  };
  picture.addEventListener("load", shape, { once: true });
  if (picture.complete) shape();
  ref.value = photo.ref;
  for (const button of all("[data-photo]", region)) button.setAttribute("aria-pressed", String(button.dataset["photo"] === photo.ref));
}

function choose(region: HTMLElement, photo: Sealed): void {
  show(region, photo);
  const tip = one("[data-region-tip]", region);
  if (tip) tip.textContent = say("在照片上拖动，框出痕迹");
}

function offer(region: HTMLElement): void {
  const buttons = photos.map((photo) => {
    const button = element("button", { type: "button", class: "shot", "data-photo": photo.ref, title: photo.name, "aria-pressed": "false" });
    button.append(element("img", { src: photo.src, alt: photo.name, width: "84", height: "64" }));
    button.addEventListener("click", () => choose(region, photo));
    return button;
  });
  one("[data-region-pick]", region)?.replaceChildren(...buttons);
  const [first] = photos;
  const kept = one<HTMLInputElement>("[data-region-ref]", region)?.value ?? "";
  const before = photos.find((photo) => photo.ref === kept);
  if (before) {
    // What was chosen and marked before the desk refused the form stands there again.
    show(region, before);
    if (one<HTMLInputElement>("[data-region-value]", region)?.value) draw(region, read(region));
  } else if (first && !kept) choose(region, first);
}

function drag(region: HTMLElement, frame: HTMLElement, down: PointerEvent): void {
  const size = frame.getBoundingClientRect();
  const at = (event: PointerEvent): [number, number] => [clamp((event.clientX - size.left) / size.width), clamp((event.clientY - size.top) / size.height)];
  const [x0, y0] = at(down);
  frame.setPointerCapture(down.pointerId);
  const move = (event: PointerEvent): void => {
    const [x1, y1] = at(event);
    draw(region, { x: Math.min(x0, x1), y: Math.min(y0, y1), w: Math.max(0.01, Math.abs(x1 - x0)), h: Math.max(0.01, Math.abs(y1 - y0)) });
  };
  frame.addEventListener("pointermove", move);
  frame.addEventListener("pointerup", () => frame.removeEventListener("pointermove", move), { once: true });
}

function nudge(region: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!step) return;
  event.preventDefault();
  const [dx = 0, dy = 0] = step.map((n) => n * 0.01);
  const box = read(region);
  const next = event.shiftKey ? { ...box, w: Math.max(0.01, box.w + dx), h: Math.max(0.01, box.h + dy) } : { ...box, x: box.x + dx, y: box.y + dy };
  draw(region, { x: clamp(Math.min(next.x, 1 - next.w)), y: clamp(Math.min(next.y, 1 - next.h)), w: clamp(next.w), h: clamp(next.h) });
}

function number(form: HTMLElement): void {
  const list = all("[data-finding]", form);
  list.forEach((item, index) => {
    const no = one("[data-finding-no]", item);
    if (no) no.textContent = String(index + 1);
    const drop = one("[data-finding-drop]", item);
    if (drop) drop.hidden = list.length === 1;
  });
}

const AXES = ["part", "kind", "severity"] as const;

/** Only the lines of the price list for what was chosen; the last one left is chosen, and none says so. */
function narrow(finding: HTMLElement): void {
  const list = one<HTMLSelectElement>("[data-price]", finding);
  const [empty, ...lines] = list ? [...list.options] : [];
  if (!list || !empty) return;
  const chosen = AXES.map((axis) => one<HTMLSelectElement>(`select[name$=".${axis}"]`, finding)?.value ?? "");
  for (const line of lines) {
    const fits = AXES.every((axis, at) => !chosen[at] || line.dataset[axis] === chosen[at]);
    line.hidden = !fits;
    line.disabled = !fits;
  }
  const left = lines.filter((line) => !line.disabled);
  empty.textContent = (left.length ? list.dataset["choose"] : list.dataset["none"]) ?? "";
  const [only] = left;
  if (left.length === 1 && only && chosen[0] && chosen[1]) list.value = only.value;
  else if (!left.some((line) => line.value === list.value)) list.value = "";
}

/** "No marks" puts the findings away: hidden, not sent, not required; what stands in them stays. */
function found(form: HTMLFormElement): void {
  const none = one<HTMLInputElement>('[data-found][value="none"]', form)?.checked ?? false;
  const list = one("[data-findings]", form);
  const add = one("[data-finding-add]", form);
  if (list) list.hidden = none;
  if (add) add.hidden = none;
  for (const finding of all<HTMLFieldSetElement>("fieldset[data-finding]", form)) finding.disabled = none;
  for (const outcome of all("[data-outcome]", form)) outcome.hidden = (outcome.dataset["outcome"] === "none") !== none;
}

export function startInspection(): void {
  const form = one<HTMLFormElement>("[data-inspection]");
  const list = form ? one("[data-findings]", form) : null;
  if (!form || !list) return;
  for (const field of all<HTMLInputElement>('[data-field="photos"] input[type=hidden]', form)) {
    const shown = field.previousElementSibling?.querySelector("img");
    photos.push({ ref: field.value, src: shown?.src ?? `/media/${field.value}/preview?w=960`, name: shown?.alt ?? field.value });
  }
  for (const region of all("[data-region]", form)) offer(region);
  let count = all("[data-finding]", list).length;
  const add = one<HTMLButtonElement>("[data-finding-add]", form);
  if (add) add.hidden = false;
  add?.addEventListener("click", () => {
    const template = one<HTMLTemplateElement>("[data-finding-template]", form);
    if (!template) return;
    const copy = document.importNode(template.content, true);
    for (const field of all("[name]", copy)) field.setAttribute("name", (field.getAttribute("name") ?? "").replace("__i__", String(count)));
    count += 1;
    list.append(copy);
    const last = all("[data-region]", list).at(-1);
    if (last) offer(last);
    number(form);
    all("[data-finding]", list).at(-1)?.querySelector("select")?.focus();
  });
  on("click", "[data-finding-drop]", (_event, button) => {
    button.closest("[data-finding]")?.remove();
    number(form);
  });
  document.addEventListener("sealed", (event) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset["field"] !== "photos") return;
    photos.push((event as CustomEvent<Sealed>).detail);
    for (const region of all("[data-region]", form)) offer(region);
  });
  form.addEventListener("pointerdown", (event) => {
    const frame = event.target instanceof Element ? event.target.closest<HTMLElement>(".region .frame") : null;
    const region = frame?.closest<HTMLElement>("[data-region]");
    if (frame && region && one<HTMLInputElement>("[data-region-ref]", region)?.value) drag(region, frame, event);
  });
  form.addEventListener("keydown", (event) => {
    const region = event.target instanceof Element && event.target.matches(".frame") ? event.target.closest<HTMLElement>("[data-region]") : null;
    if (region) nudge(region, event);
  });
  for (const choice of all("[data-found]", form)) choice.addEventListener("change", () => found(form));
  const restored = (): void => {
    found(form);
    for (const finding of all("[data-finding]", form)) narrow(finding);
  };
  restored();
  window.addEventListener("pageshow", restored);
  form.addEventListener("change", (event) => {
    const finding = event.target instanceof HTMLSelectElement ? event.target.closest<HTMLElement>("[data-finding]") : null;
    if (finding) narrow(finding);
  });
  form.addEventListener("submit", (event) => {
    if (all<HTMLInputElement>("fieldset:enabled [data-region-value]", form).every((field) => field.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(say("每一处都要选照片并框出痕迹"), { tone: "red" });
  }, true);
}
