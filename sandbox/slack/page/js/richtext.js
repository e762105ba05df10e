// The rich_text block: sections, lists, quotes, preformatted text and every element inside them.
import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import * as mention from "./mentions.js";

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map(element));
}

function element(part) {
  const inner = () => (part.elements ?? []).map(piece);
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inner());
    case "rich_text_preformatted":
      return h("pre", { class: "code", tabindex: "0" }, diff(part) ?? inner());
    case "rich_text_quote":
      return h("blockquote", {}, inner());
    case "rich_text_list":
      return list(part);
    default:
      return null;
  }
}

const DIFF = /^[+-](?![+-]{2})/;

/** A diff in its colours, when there are lines that go and lines that come; the signs stay. */
function diff(part) {
  const rows = (part.elements ?? []).every((one) => one.type === "text") ? (part.elements ?? []).map((one) => one.text).join("").split("\n") : [];
  if (!["+", "-"].every((sign) => rows.some((row) => DIFF.test(row) && row[0] === sign))) return null;
  return rows.map((row, at) => (DIFF.test(row) ? h("span", { class: row[0] === "+" ? "diff-add" : "diff-del" }, row) : `${row}${at < rows.length - 1 ? "\n" : ""}`));
}

function list(part) {
  const ordered = part.style === "ordered";
  const depth = Math.min(Number(part.indent) || 0, 8);
  const start = ordered && part.offset ? String(Number(part.offset) + 1) : undefined;
  const items = (part.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map(piece)));
  return h(ordered ? "ol" : "ul", { class: `rich-list indent-${depth}`, start }, items);
}

const PIECES = {
  text: (part) => lines(part.text),
  link: (part) => [link(part.url, part.text || part.url)],
  user: (part) => [mention.user(part.user_id)],
  usergroup: (part) => [mention.group(part.usergroup_id)],
  channel: (part) => [mention.channel(part.channel_id)],
  broadcast: (part) => [mention.broadcast(part.range)],
  emoji: (part) => [emoji(part.name)],
  date: (part) => [mention.date(part.timestamp, part.format, part.url, part.fallback)],
  team: (part) => [h("span", { class: "mention" }, part.team_id)],
  color: (part) => [swatch(part.value)],
};

export function piece(part) {
  const nodes = (PIECES[part.type] ?? ((other) => [other.text ?? ""]))(part);
  return wrap(nodes, part.style ?? {});
}

const lines = (text) => String(text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

function wrap(nodes, style) {
  let shown = nodes;
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"], ["underline", "u"]]) {
    if (style[name]) shown = [h(tag, {}, shown)];
  }
  return shown;
}

function swatch(value) {
  const box = h("span", { class: "swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) box.style.backgroundColor = value;
  return h("span", {}, box, value);
}
