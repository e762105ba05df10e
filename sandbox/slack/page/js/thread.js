// The pane of one thread, at the right; its address is #/CHANNEL/ts.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { Composer } from "./composer.js";
import { h, hidden, replace } from "./dom.js";
import { Feed } from "./feed.js";
import { icon } from "./icons.js";
import { go } from "./router.js";
import * as store from "./store.js";

const place = () => (store.state.route.thread ? { channel: store.state.route.channel, thread: store.state.route.thread } : null);

export function mount({ pane, head, scroller, composer }) {
  const feed = new Feed(scroller, place);
  const box = new Composer(composer, place, () => `Reply in the thread in ${store.channelName(store.state.route.channel)}`);
  const shown = { key: "" };
  const close = () => {
    const { channel, thread } = store.state.route;
    go(channel);
    document.querySelector(`#channel-scroller [data-ts="${CSS.escape(thread)}"]`)?.focus();
  };
  pane.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());
  store.on("route", () => show(pane, head, feed, box, shown, close));
  store.on("person", () => (shown.key = ""));
  store.on("refresh", () => store.state.route.thread && load(feed));
}

async function show(pane, head, feed, box, shown, close) {
  const { channel, thread } = store.state.route;
  pane.hidden = !thread;
  document.body.classList.toggle("with-thread", Boolean(thread));
  if (!thread || shown.key === `${channel}/${thread}`) {
    shown.key = thread ? shown.key : "";
    return;
  }
  shown.key = `${channel}/${thread}`;
  replace(head, h("h2", { class: "pane-title", tabindex: "-1" }, "Thread", h("span", { class: "muted" }, ` #${store.channelName(channel)}`)), h("button", { type: "button", class: "btn icon-only", onclick: close }, icon("close"), hidden("Close thread")));
  box.draw();
  await load(feed);
  if (!document.activeElement || document.activeElement === document.body || document.activeElement.matches(".thread-link, .tool, .when")) box.text.focus({ preventScroll: true });
}

async function load(feed) {
  const { channel, thread } = store.state.route;
  const user = store.state.person;
  try {
    const moment = store.now();
    const answer = await api.messages(user, channel, thread);
    if (user !== store.state.person || thread !== store.state.route.thread) return;
    store.loadMessages(channel, answer.messages ?? [], moment, thread);
    feed.draw({ toEnd: true });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}
