/** Small helpers over the DOM: typed lookup, listeners by delegation, requests with the CSRF token. */

export function one<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Listens on the document, so that fragments swapped in later work without setup. */
export function on<K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  act: (event: DocumentEventMap[K], element: HTMLElement) => void,
): void {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (element) act(event, element);
  });
}

export function meta(name: string): string {
  return one<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

/** fetch with the CSRF header, same origin, an HTML fragment wanted unless told otherwise. */
export function request(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("X-CSRF-Token", meta("csrf"));
  if (!headers.has("Accept")) headers.set("Accept", "text/html");
  headers.set("HX-Request", "true");
  return fetch(url, { ...init, headers, credentials: "same-origin" });
}

export function formBody(form: HTMLFormElement, submitter?: HTMLElement | null): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  if (submitter instanceof HTMLButtonElement && submitter.name) body.append(submitter.name, submitter.value);
  return body;
}

/** A new key for the next act of a form: what was sent once must not be taken for a repetition. */
export function renewKey(form: HTMLFormElement): void {
  const field = form.elements.namedItem("idempotency_key");
  if (field instanceof HTMLInputElement) field.value = freshKey();
}

export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}

export function later(wait: number, act: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(act, wait);
  };
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}
