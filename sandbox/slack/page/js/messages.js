// One message: author, text or blocks, marks, reactions, its thread and its small toolbar.
import * as api from "./api.js";
import { contextFor } from "./act.js";
import { toast } from "./announce.js";
import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks/index.js";
import { upload } from "./blocks/media.js";
import { h, hidden, uid } from "./dom.js";
import { REACTIONS, emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { messageMenu } from "./shortcuts.js";
import { ownTools } from "./own.js";
import * as store from "./store.js";
import * as times from "./times.js";

/** Webhooks name no user: the bot of the same name is it, else their bot id. */
export function author(message) {
  if (message.user) return message.user;
  const named = [...store.state.people.values()].find((one) => one.kind === "bot" && one.name === message.username);
  return named?.id ?? message.bot_id ?? "";
}
const authorName = (message) => message.username ?? store.nameOf(author(message)) ?? "Somebody";

/** `place`: {channel, thread, ephemeral}; `joined` leaves out the head of one who spoke a moment ago. */
export function renderMessage(message, place, joined = false) {
  const id = uid("author");
  const kinds = ["message", joined ? "joined" : "", place.ephemeral ? "ephemeral" : "", message.streaming_state === "in_progress" ? "streaming" : ""];
  const root = h("li", { class: kinds.filter(Boolean).join(" "), tabindex: "-1", data: { ts: message.ts, author: author(message) }, "aria-labelledby": id });
  const context = contextFor({ surface: "message", channel: place.channel, ts: message.ts }, () => root);
  const gutter = joined ? h("span", { class: "gutter-time", "aria-hidden": "true" }, times.time(message.ts)) : avatar(author(message), "large", authorName(message));
  root.append(
    h("div", { class: "gutter" }, gutter),
    h("div", { class: "message-main" }, place.ephemeral ? onlyYou(message) : null, head(message, id, joined, place), h("div", { class: "message-body" }, body(message, context)), reactions(message, place), threadLink(message, place)),
  );
  if (!place.ephemeral) root.append(toolbar(message, place));
  return root;
}

function onlyYou(message) {
  const dismiss = h("button", { type: "button", class: "linkish", onclick: () => store.dismissEphemeral(message.ts) }, "Dismiss message");
  return h("div", { class: "only-you" }, icon("eye"), h("span", {}, "Only visible to you"), h("span", { "aria-hidden": "true" }, "·"), dismiss);
}

function head(message, id, joined, place) {
  const person = store.state.people.get(author(message));
  const isBot = Boolean(message.bot_id) || person?.kind === "bot" || author(message) === store.state.bot.id;
  const badge = isBot ? h("span", { class: "badge" }, "APP") : { stranger: h("span", { class: "badge external" }, "EXTERNAL"), guest: h("span", { class: "badge" }, "GUEST") }[person?.kind];
  const time = place.ephemeral ? h("span", { class: "when" }, times.time(message.ts))
    : h("a", { class: "when", href: `#/${place.channel}/${message.thread_ts ?? message.ts}`, title: times.exact(message.ts) }, times.time(message.ts));
  const parts = [h("span", { class: "author" }, authorName(message)), badge, time];
  return h("div", { class: joined ? "message-head sr" : "message-head", id }, parts);
}

function body(message, context) {
  const blocks = message.blocks ?? [];
  const shown = blocks.length ? renderBlocks(blocks, context) : [h("div", { class: "text" }, message.markdown_text ? markdown(message.markdown_text) : mrkdwn(message.text))];
  const streamed = message.streaming_state && blocks.length && message.text && !blocks.some((block) => block.type === "markdown" || block.type === "rich_text") ? h("div", { class: "text" }, mrkdwn(message.text)) : null;
  const attached = (message.attachments ?? []).map((one) => attachment(one, context));
  const files = (message.files ?? []).map(upload);
  const edited = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  return [streamed, shown, attached, files, message.streaming_state === "in_progress" ? h("span", { class: "caret", "aria-hidden": "true" }) : null, edited];
}

function attachment(one, context) {
  const bar = h("div", { class: "attachment" }, one.pretext ? h("div", {}, mrkdwn(one.pretext)) : null,
    one.title ? h("div", { class: "strong" }, mrkdwn(one.title)) : null,
    one.blocks ? renderBlocks(one.blocks, context) : h("div", { class: "text" }, mrkdwn(one.text ?? one.fallback ?? "")));
  if (/^#?[0-9a-f]{6}$/i.test(one.color ?? "")) bar.style.borderLeftColor = one.color.replace(/^#?/, "#");
  return bar;
}

function reactions(message, place) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => {
    const names = (one.users ?? []).map(store.nameOf).join(", ");
    const mine = (one.users ?? []).includes(store.state.person);
    return h("button", { type: "button", class: "reaction", "aria-pressed": String(mine), title: names, "aria-label": `${one.name.replaceAll("_", " ")}: ${one.count} (${names})`, onclick: () => react(message, place, one.name) }, emoji(one.name), h("span", {}, one.count));
  }));
}

async function react(message, place, name) {
  if (message.reactions?.some((one) => one.name === name && one.users?.includes(store.state.person))) return;
  try {
    await api.react({ user: store.state.person, channel: place.channel, ts: message.ts, name });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}

function threadLink(message, place) {
  if (place.thread || !message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id, "small"));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const latest = message.latest_reply ? h("span", { class: "muted" }, `Last reply ${times.ago(times.dateOf(message.latest_reply))}`) : null;
  return h("a", { class: "thread-link", href: `#/${place.channel}/${message.ts}` }, h("span", { class: "faces" }, faces), h("strong", {}, count), latest);
}

function toolbar(message, place) {
  const label = `of the message by ${authorName(message)} at ${times.time(message.ts)}`;
  const react_ = REACTIONS.map((name) => h("button", { type: "button", class: "tool", title: `React with ${name}`, onclick: () => react(message, place, name) }, emoji(name)));
  const reply = place.thread ? null : h("a", { class: "tool", href: `#/${place.channel}/${message.thread_ts ?? message.ts}`, title: "Reply in thread" }, icon("thread"), hidden("Reply in thread"));
  const json = h("button", { type: "button", class: "tool", title: "Show as JSON", onclick: () => store.tell("inspect", { title: `Message ${message.ts}`, value: message }) }, icon("code"), hidden("Show as JSON"));
  return h("div", { class: "toolbar", role: "group", "aria-label": `Actions ${label}` }, react_, reply, messageMenu(message, place), ownTools(message, place), json);
}

/** True when two messages of one author stand close enough to share a head. */
export function joins(before, message) {
  if (!before || before.ephemeral || author(before) !== author(message) || before.username !== message.username || !["bot_message", undefined].includes(message.subtype)) return false;
  if ([before, message].some((one) => one.blocks?.some((block) => block.type !== "rich_text"))) return false;
  return Number(message.ts) - Number(before.ts) < 300 && !before.reply_count && times.sameDay(before.ts, message.ts);
}
