/** The element of the page with this id, which the page's HTML promises. */
export function byId<T extends Element>(id: string, type: abstract new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} with the id "${id}"`);
  return element;
}

/** A new element with properties, and texts or elements in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

/** Sets a text, but leaves the document alone if it is there already: screen readers and layout take notice of writes. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
