// Slack's mrkdwn as nodes. The text arrives escaped (&amp; &lt; &gt;); only <...> that Slack wrote is live.
import { h, link, safeHref } from "./dom.js";
import { emoji, known } from "./emoji.js";
import * as mention from "./mentions.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
export const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const STYLES = { "*": "strong", _: "em", "~": "s" };
const BEFORE = /[\s([{"'“‘.,;:!?*_~|/-]/;
const AFTER = /[\s)\]}"'”’.,;:!?*_~|/-]/;

/** `text` as a list of nodes. */
export function mrkdwn(text) {
  return String(text ?? "").split(/(```[\s\S]*?```)/).flatMap((part) => (isFence(part) ? [fence(part)] : paragraphs(part)));
}

const isFence = (part) => part.length > 6 && part.startsWith("```") && part.endsWith("```");
const fence = (part) => h("pre", { class: "code", tabindex: "0" }, unescape(plainAngles(part.slice(3, -3).replace(/^\n|\n$/g, ""))));

/** Inside code, what stands in angle brackets is shown by its label or its address. */
const plainAngles = (text) => text.replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target, label) => label || target);

function paragraphs(text) {
  const out = [];
  for (const group of groups(text.split("\n"))) {
    const inner = group.lines.flatMap((line, index) => [...(index ? [h("br")] : []), ...inline(line)]);
    if (group.quote) out.push(h("blockquote", {}, inner));
    else out.push(...inner, ...(group.last ? [] : [h("br")]));
  }
  return out;
}

function groups(lines) {
  const found = [];
  for (const line of lines) {
    const quote = /^(&gt;|>)\s?/.test(line);
    const shown = quote ? line.replace(/^(&gt;|>)\s?/, "") : line;
    if (found.at(-1)?.quote === quote) found.at(-1).lines.push(shown);
    else found.push({ quote, lines: [shown], last: true });
  }
  found.forEach((one, index) => (one.last = index === found.length - 1 || found[index + 1].quote));
  return found;
}

/** One line: code, angle brackets, emoji, bold, italic, strike, in this order of strength. */
export function inline(text) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(unescape(plain));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const piece = special(text, at);
    if (piece) {
      flush();
      out.push(piece.node);
      at = piece.end;
    } else plain += text[at++];
  }
  flush();
  return out;
}

function special(text, at) {
  const character = text[at];
  if (character === "`") return code(text, at);
  if (character === "<") return angle(text, at);
  if (character === ":") return shortcode(text, at);
  return STYLES[character] ? styled(text, at, character) : null;
}

function code(text, at) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: h("code", {}, unescape(plainAngles(text.slice(at + 1, end)))), end: end + 1 };
}

function shortcode(text, at) {
  const name = /^:([a-z0-9_+-]+(?:::skin-tone-\d)?):/.exec(text.slice(at, at + 60))?.[1];
  return name && known(name) ? { node: emoji(name), end: at + name.length + 2 } : null;
}

function styled(text, at, mark) {
  if (at > 0 && !BEFORE.test(text[at - 1]) && text[at - 1] !== ">") return null;
  if (/\s/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  for (let end = text.indexOf(mark, at + 2); end !== -1; end = text.indexOf(mark, end + 1)) {
    const closes = !/\s/.test(text[end - 1]) && (end + 1 >= text.length || AFTER.test(text[end + 1]) || "<&".includes(text[end + 1]));
    if (closes) return { node: h(STYLES[mark], {}, inline(text.slice(at + 1, end))), end: end + 1 };
  }
  return null;
}

function angle(text, at) {
  const end = text.indexOf(">", at);
  if (end === -1) return null;
  const inner = text.slice(at + 1, end);
  const node = angleNode(inner);
  return node ? { node, end: end + 1 } : null;
}

function angleNode(inner) {
  const [target, ...rest] = inner.split("|");
  const label = unescape(rest.join("|"));
  if (target.startsWith("@")) return mention.user(target.slice(1));
  if (target.startsWith("#")) return mention.channel(target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return mention.group(target.split("^")[1], label);
  if (/^!(here|channel|everyone)$/.test(target)) return mention.broadcast(target.slice(1));
  return safeHref(unescape(target)) && /^[a-z]+:/i.test(target) ? link(unescape(target), label || unescape(target)) : null;
}

function dateNode(target, fallback) {
  const [, timestamp, format, address] = target.split("^");
  return mention.date(timestamp, unescape(format ?? "{date} {time}"), address, fallback);
}

/** A text object of either kind. */
export function textObject(object) {
  if (object === undefined || object === null) return [];
  if (typeof object === "string") return plainText(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plainText(object.text, object.emoji !== false);
}

export function plainText(text, withEmoji = true) {
  const parts = withEmoji ? String(text ?? "").split(/(:[a-z0-9_+-]+:)/) : [String(text ?? "")];
  return parts.map((part) => (/^:[a-z0-9_+-]+:$/.test(part) && known(part.slice(1, -1)) ? emoji(part.slice(1, -1)) : part));
}

/** What a text says without its marks, for labels and announcements. */
export function spoken(text) {
  return h("div", {}, mrkdwn(String(text ?? "").replaceAll("\n", " "))).textContent.replace(/\s+/g, " ").trim();
}
