// Makes elements. Text becomes text only: nothing that others wrote is ever read as markup.

type Child = Node | string | undefined;

/** Attributes; a listener for an event begins with 'on'. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value as (event: Event) => void);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  }
  append(made, children);
  return made;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined && child !== '') parent.append(child);
}

/** Gives an element other children; those that are the same objects keep the focus. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(
    ...children.filter((child) => child !== undefined && child !== '').map((child) => child as Node),
  );
}

const SVG = 'http://www.w3.org/2000/svg';

export function drawing(name: string, attributes: Readonly<Record<string, string | number>>, text = ''): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== '') made.textContent = text;
  return made;
}

/** Text that others wrote: in Hebrew or Arabic it would turn the words around it. */
export function isolated(text: string, attributes: Attributes = {}): HTMLElement {
  return element('bdi', attributes, text);
}
