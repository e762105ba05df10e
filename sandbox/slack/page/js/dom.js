// Builds elements. Data becomes text or the value of a plain attribute, never markup: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";
const FORBIDDEN = /^(on|style$|srcdoc$|innerhtml$)/i;

/** `h("button", {class: "x", onclick: fn, data: {ts}}, "text", node)`; false, null and undefined children are left out. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  node.append(...children.flat(Infinity).filter(present).map(asNode));
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (typeof value === "function" && name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "data") Object.assign(node.dataset, value);
  else if (FORBIDDEN.test(name)) throw new Error(`the attribute ${name} is never set from data`);
  else node.setAttribute(name, value === true ? "" : String(value));
}

const present = (child) => child !== undefined && child !== null && child !== false;
const asNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

export function replace(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter(present).map(asNode));
  return node;
}

/** As `replace`, but what stays is not touched: focus, selection and open parts in it outlive the drawing. */
export function arrange(node, ...children) {
  const wanted = children.flat(Infinity).filter(present).map(asNode);
  const staying = new Set(wanted);
  for (const old of [...node.childNodes]) if (!staying.has(old)) old.remove();
  let at = node.firstChild;
  for (const child of wanted) {
    if (child === at) at = at.nextSibling;
    else node.insertBefore(child, at);
  }
  return node;
}

let counter = 0;
export const uid = (prefix = "x") => `${prefix}-${++counter}`;

export const hidden = (text) => h("span", { class: "sr" }, text);

/** Only addresses that cannot run code become links; anything else stays text. */
export function safeHref(address) {
  try {
    const url = new URL(String(address), location.href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...children) {
  const href = safeHref(address);
  if (!href) return h("span", {}, ...(children.length ? children : [address]));
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...(children.length ? children : [address]));
}
