// What a person typed, as Slack's client sends it: three characters escaped, names as ids, addresses in brackets.
import { escape, unescape } from "./mrkdwn.js";
import * as store from "./store.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"]/g;

export function encode(text) {
  const escaped = escape(text.trim());
  return escaped.split(/(```[\s\S]*?```|`[^`\n]+`)/).map((part) => (part.startsWith("`") ? part : live(part))).join("");
}

function live(text) {
  return text
    .replace(ADDRESS, (address) => `<${address}>`)
    .replace(/(^|[\s(])@([\w.-]+\w)/g, (whole, before, name) => (idOf(name) ? `${before}<@${idOf(name)}>` : whole))
    .replace(/(^|[\s(])#([\w-]+)/g, (whole, before, name) => (channelId(name) ? `${before}<#${channelId(name)}>` : whole));
}

function idOf(name) {
  const wanted = name.toLowerCase();
  if (wanted === store.state.bot.name.toLowerCase()) return store.state.bot.id;
  return [...store.state.people.values()].find((person) => person.name.toLowerCase() === wanted)?.id;
}

function channelId(name) {
  return store.channelsOf(store.state.person).find((channel) => channel.kind !== "im" && channel.name === name)?.id;
}

/** The way back, for editing. */
export function decode(text) {
  const typed = String(text ?? "")
    .replace(/<@([UW]\w+)(?:\|[^>]*)?>/g, (_, id) => `@${store.nameOf(id)}`)
    .replace(/<#(C\w+)(?:\|[^>]*)?>/g, (_, id) => `#${store.channelName(id)}`)
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1");
  return unescape(typed);
}

/** `/cloudops k8s why` as its two parts, or null when it is no command. */
export function asCommand(text) {
  const match = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(text.trim());
  return match ? { command: match[1], text: match[2] ?? "" } : null;
}
