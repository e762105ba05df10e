// Standard Markdown for the `markdown` block, as nodes: headings, lists, tables, code, quotes, emphasis, links.
import { h, link, safeHref } from "./dom.js";
import { emoji, known } from "./emoji.js";

export function markdown(text) {
  const lines = String(text ?? "").replace(/\r\n?/g, "\n").split("\n");
  const out = [];
  for (let at = 0; at < lines.length; ) {
    const rule = RULES.find((one) => one.starts(lines, at));
    const { node, end } = rule.read(lines, at);
    if (node) out.push(node);
    at = end;
  }
  return h("div", { class: "markdown" }, out);
}

const RULES = [
  { starts: (lines, at) => /^\s*$/.test(lines[at]), read: (_, at) => ({ node: null, end: at + 1 }) },
  { starts: (lines, at) => /^\s*(```|~~~)/.test(lines[at]), read: fence },
  { starts: (lines, at) => /^#{1,6}\s/.test(lines[at]), read: heading },
  { starts: (lines, at) => /^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[at]), read: (_, at) => ({ node: h("hr"), end: at + 1 }) },
  { starts: (lines, at) => lines[at].includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? ""), read: table },
  { starts: (lines, at) => /^\s*>/.test(lines[at]), read: quote },
  { starts: (lines, at) => ITEM.test(lines[at]), read: list },
  { starts: () => true, read: paragraph },
];

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;

function fence(lines, at) {
  const mark = /^\s*(```|~~~)/.exec(lines[at])[1];
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return { node: h("pre", { class: "code", tabindex: "0" }, lines.slice(at + 1, end).join("\n")), end: end + 1 };
}

function heading(lines, at) {
  const [, marks, text] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at]) ?? [null, "#", lines[at].replace(/^#+/, "")];
  return { node: h("p", { class: `md-heading md-${marks.length}`, role: "heading", "aria-level": String(Math.min(marks.length + 3, 6)) }, inline(text)), end: at + 1 };
}

function quote(lines, at) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  return { node: h("blockquote", {}, markdown(lines.slice(at, end).map((line) => line.replace(/^\s*>\s?/, "")).join("\n"))), end };
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && RULES.slice(0, -1).every((rule) => !rule.starts(lines, end))) end += 1;
  const inner = lines.slice(at, end).flatMap((line, index) => [...(index ? [h("br")] : []), ...inline(line.trim())]);
  return { node: h("p", {}, inner), end };
}

/** A list with what is indented below its items. */
function list(lines, at) {
  const [, indent, mark] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(mark);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const match = ITEM.exec(lines[end]);
    if (match && match[1].length <= indent.length + 1) {
      if (match[1].length < indent.length || /\d/.test(match[2]) !== ordered) break;
      items.push({ text: match[3], below: [] });
    } else if (items.length && /^\s+\S/.test(lines[end])) items.at(-1).below.push(lines[end].replace(/^( {1,4}|\t)/, ""));
    else break;
    end += 1;
  }
  const shown = items.map((item) => h("li", {}, inline(item.text), item.below.length ? markdown(item.below.join("\n")) : null));
  return { node: h(ordered ? "ol" : "ul", { start: ordered && mark !== "1." ? Number.parseInt(mark, 10) : undefined }, shown), end };
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function table(lines, at) {
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const align = cells(lines[at + 1]).map((rule) => (/^:-+:$/.test(rule) ? "align-center" : rule.endsWith(":") ? "align-right" : undefined));
  const row = (line, tag, scope) => h("tr", {}, cells(line).map((cell, column) => h(tag, { scope, class: align[column] }, inline(cell))));
  const head = row(lines[at], "th", "col");
  const rows = lines.slice(at + 2, end).map((line) => row(line, "td"));
  return { node: h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))), end };
}

const INLINE = [
  [/^`([^`]+)`/, (match) => h("code", {}, match[1])],
  [/^\*\*(?=\S)([\s\S]*?\S)\*\*/, (match) => h("strong", {}, inline(match[1]))],
  [/^__(?=\S)([\s\S]*?\S)__(?!\w)/, (match) => h("strong", {}, inline(match[1]))],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (match) => h("s", {}, inline(match[1]))],
  [/^\*(?=\S)([^*]*?\S)\*/, (match) => h("em", {}, inline(match[1]))],
  [/^_(?=\S)([^_]*?\S)_(?!\w)/, (match) => h("em", {}, inline(match[1]))],
  [/^!?\[([^\]]*)\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/, (match) => (safeHref(match[2]) ? link(match[2], match[1] || match[2]) : h("span", {}, match[0]))],
  [/^<(https?:[^<>\s]+)>/, (match) => link(match[1])],
  [/^https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"]/, (match) => link(match[0])],
  [/^\\([\\`*_{}[\]()#+.!|<>~-])/, (match) => match[1]],
  [/^:([a-z0-9_+-]+):/, (match) => (known(match[1]) ? emoji(match[1]) : match[0])],
];

function inline(text) {
  const out = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const inWord = /\w/.test(text[at - 1] ?? "") && rest[0] === "_";
    const found = inWord ? undefined : INLINE.map(([form, make]) => [form.exec(rest), make]).find(([match]) => match);
    if (found) {
      if (plain) out.push(plain);
      plain = "";
      out.push(found[1](found[0]));
      at += found[0][0].length;
    } else plain += text[at++];
  }
  if (plain) out.push(plain);
  return out;
}
