// A list of messages that keeps itself up to date: the channel's and the thread's alike.
import { announce } from "./announce.js";
import { arrange, h, replace } from "./dom.js";
import { remembered } from "./focus.js";
import { author, joins, renderMessage } from "./messages.js";
import { spoken } from "./mrkdwn.js";
import * as store from "./store.js";
import * as times from "./times.js";

const latest = (message) => (message.latest_reply ? times.ago(times.dateOf(message.latest_reply)) : "");

export class Feed {
  /** `place()` gives {channel, thread} of what is shown now, or null while nothing is. */
  constructor(scroller, place) {
    this.scroller = scroller;
    this.list = h("ol", { class: "feed" });
    this.status = h("div", { class: "bot-status", role: "status" });
    this.place = place;
    this.intro = h("div", { class: "intro" });
    this.drawn = new Map(); // ts -> how its row was drawn, so that what did not change is left alone
    scroller.append(this.intro, this.list, this.status);
    this.following = true;
    scroller.addEventListener("keydown", (event) => this.walk(event));
    scroller.addEventListener("scroll", () => (this.following = this.moving ? this.following : this.atEnd()));
    new ResizeObserver(() => this.follow()).observe(scroller);
    store.on("message", (change) => this.changed(change));
    store.on("ephemeral", (item) => this.ephemeral(item));
    store.on("status", () => this.drawStatus());
    store.on("workspace", () => this.drawn.clear());
  }

  items() {
    const { channel, thread } = this.place() ?? {};
    const messages = thread ? store.thread(channel, thread) : store.topLevel(channel);
    const own = store.ephemeralsIn(channel, thread).map((item) => store.seenAlone(item.message));
    return [...messages, ...own].sort(store.byTs);
  }

  draw({ toEnd = false } = {}) {
    if (!this.place()) return;
    if (toEnd) this.following = true;
    const held = this.heldFocus();
    const items = this.items();
    const before = this.drawn;
    this.drawn = new Map();
    arrange(this.list, items.map((message, index) => this.rows(message, items[index - 1], before)));
    this.drawStatus();
    held?.();
    this.follow();
  }

  rows(message, before, drawn) {
    const { channel, thread } = this.place();
    const divider = !before || !times.sameDay(before.ts, message.ts) ? h("li", { class: "day" }, h("span", {}, times.dayOf(message.ts))) : null;
    const joined = Boolean(!divider && !message.ephemeral && joins(before, message));
    const row = this.row(message, [store.state.person, channel, thread, joined, latest(message)].join(" "), joined, drawn);
    const replies = thread && message.ts === thread && message.reply_count ? h("li", { class: "day replies" }, h("span", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`)) : null;
    return [divider, row, replies];
  }

  /** The row that is there already, if nothing in it would be another. */
  row(message, how, joined, drawn) {
    const { channel, thread } = this.place();
    const old = drawn.get(message.ts);
    const same = old && old.message === message && old.how === how;
    const node = same ? old.node : renderMessage(message, { channel, thread, ephemeral: message.ephemeral }, joined);
    this.drawn.set(message.ts, { message, how, node });
    return node;
  }

  /** A known message is exchanged in its place, so that nothing around it moves; anything else draws the list. */
  changed({ channel, ts, message, before, thread }) {
    const place = this.place();
    if (!place) return;
    const here = channel === place.channel && (place.thread ? thread === place.thread || ts === place.thread : !thread || message?.subtype === "thread_broadcast");
    if (!here) return;
    const row = this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (message && before && row && before.reply_count === message.reply_count) this.exchange(row, message, place);
    else this.draw();
    if (message) this.tell(message, before);
  }

  exchange(row, message, place) {
    const held = this.heldFocus();
    const open = [...row.querySelectorAll("details")].map((node) => node.open);
    const fresh = renderMessage(message, place, row.classList.contains("joined"));
    const details = fresh.querySelectorAll("details");
    if (details.length === open.length) details.forEach((node, index) => (node.open = open[index]));
    row.replaceWith(fresh);
    Object.assign(this.drawn.get(message.ts) ?? {}, { message, node: fresh });
    held?.();
    this.follow();
  }

  tell(message, before) {
    if (message.streaming_state === "in_progress" || author(message) === store.state.person) return;
    const finished = before?.streaming_state === "in_progress";
    if (before && !finished && before.text === message.text) return;
    announce(`${store.nameOf(author(message))}${before && !finished ? " edited" : ""}: ${spoken(message.text).slice(0, 400)}`);
  }

  ephemeral(item) {
    const { channel, thread } = this.place() ?? {};
    if (!channel || item.channel !== channel || (item.thread_ts ?? "") !== (thread ?? "")) return;
    this.draw({ toEnd: !item.deleted });
    if (!item.deleted && item.message) announce(`Only visible to you: ${spoken(item.message.text)}`);
  }

  drawStatus() {
    const { channel, thread } = this.place() ?? {};
    const text = store.state.statuses.get(`${channel}/${thread}`);
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    replace(this.status, text ? [dots, h("strong", {}, store.state.bot.name), ` ${text}`] : []);
    this.follow();
  }

  /** Stays with what is newest until the person scrolls away; of a message taller than the pane its beginning is shown. */
  follow() {
    if (!this.following || this.scroller.hidden) return;
    const last = this.list.lastElementChild;
    const tall = last && last.offsetHeight > this.scroller.clientHeight - 30;
    this.moving = true;
    this.scroller.scrollTop = tall ? last.offsetTop - 4 : this.scroller.scrollHeight;
    requestAnimationFrame(() => requestAnimationFrame(() => (this.moving = false)));
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80;
  }

  /** Gives the focus back to the same control of the same message after it was drawn anew. */
  heldFocus() {
    const active = document.activeElement;
    return this.list.contains(active) ? remembered(active) : null;
  }

  /** Arrow keys walk over the messages; Home and End go to the first and the last. */
  walk(event) {
    const row = event.target.closest(".message");
    if (event.target !== this.scroller && event.target !== row) return;
    const rows = [...this.list.querySelectorAll(".message")];
    const at = row ? rows.indexOf(row) : rows.length;
    const steps = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 };
    if (!(event.key in steps) || !rows.length) return;
    event.preventDefault();
    rows[Math.min(Math.max(steps[event.key], 0), rows.length - 1)].focus();
  }
}
