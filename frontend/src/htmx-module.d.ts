declare module "htmx.org/dist/htmx.esm.js" {
  interface SwapContext {
    text: string;
    target: Element;
    sourceElement: Element;
    swap: string;
  }
  const htmx: { swap(context: SwapContext): Promise<void>; process(element: HTMLElement): void };
  export default htmx;
}
