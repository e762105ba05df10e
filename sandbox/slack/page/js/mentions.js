// People, channels, groups and dates inside a text, as every kind of text shows them.
import { h, link } from "./dom.js";
import * as store from "./store.js";
import * as times from "./times.js";

export function user(id) {
  const mine = id === store.state.person;
  return h("span", { class: mine ? "mention me" : "mention", data: { user: id } }, `@${store.nameOf(id)}`);
}

export function channel(id, name) {
  if (!store.state.channels.has(id)) return h("span", { class: "mention" }, `#${name || id}`);
  return h("a", { class: "mention", href: `#/${id}` }, `#${store.channelName(id)}`);
}

export const group = (id, name) => h("span", { class: "mention" }, `@${(name || id).replace(/^@/, "")}`);
export const broadcast = (range) => h("span", { class: "mention me" }, `@${range}`);

export function date(timestamp, format, address, fallback) {
  const seconds = Number(timestamp);
  if (!Number.isFinite(seconds)) return fallback || String(timestamp);
  const shown = h("time", { datetime: new Date(seconds * 1000).toISOString(), title: times.exact(seconds) }, times.tokens(seconds, format));
  return address ? link(address, shown) : shown;
}
