// What could be meant by the word under the cursor: a slash command, its words, a person, a channel.
import * as store from "./store.js";

/** {from, to, options: [{insert, label, note}]} or null. */
export function suggest(text, cursor) {
  const before = text.slice(0, cursor);
  return command(before) ?? words(before) ?? mention(before) ?? channel(before);
}

function command(before) {
  const match = /^(\/[\w-]*)$/.exec(before);
  if (!match) return null;
  const options = store.state.commands.filter((one) => one.command.startsWith(match[1]));
  return found(0, before.length, options.map((one) => ({ insert: `${one.command} `, label: one.command, note: [one.usage_hint, one.description].filter(Boolean).join(" — ") })));
}

/** The words that the manifest's usage hint offers: `help | ask | status`. */
function words(before) {
  const match = /^(\/[\w-]+)\s+([\w-]*)$/.exec(before);
  const hint = match && store.state.commands.find((one) => one.command === match[1])?.usage_hint;
  if (!hint?.includes("|")) return null;
  const offered = hint.split("|").map((word) => word.trim()).filter((word) => /^[\w-]+$/.test(word) && word.startsWith(match[2]) && word !== match[2]);
  return found(before.length - match[2].length, before.length, offered.map((word) => ({ insert: `${word} `, label: word, note: `${match[1]} ${word}` })));
}

function mention(before) {
  const match = /(?:^|[\s(])@([\w.-]*)$/.exec(before);
  if (!match) return null;
  const bot = { id: store.state.bot.id, name: store.state.bot.name, title: "App" };
  const people = [bot, ...[...store.state.people.values()].filter((one) => one.id !== bot.id && one.kind !== "deactivated")];
  const fit = people.filter((one) => one.name.toLowerCase().startsWith(match[1].toLowerCase())).slice(0, 8);
  return found(before.length - match[1].length - 1, before.length, fit.map((one) => ({ insert: `@${one.name} `, label: `@${one.name}`, note: one.title ?? one.kind })));
}

function channel(before) {
  const match = /(?:^|[\s(])#([\w-]*)$/.exec(before);
  if (!match) return null;
  const fit = store.channelsOf(store.state.person).filter((one) => one.kind !== "im" && one.name.startsWith(match[1]));
  return found(before.length - match[1].length - 1, before.length, fit.slice(0, 8).map((one) => ({ insert: `#${one.name} `, label: `#${one.name}`, note: "" })));
}

const found = (from, to, options) => (options.length ? { from, to, options } : null);
