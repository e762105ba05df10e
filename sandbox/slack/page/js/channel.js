// The middle of the page: a channel or direct message, with its composer; or the Home tab.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { h, replace } from "./dom.js";
import { Feed } from "./feed.js";
import { icon } from "./icons.js";
import * as store from "./store.js";

const place = () => (store.state.route.channel ? { channel: store.state.route.channel, thread: "" } : null);

export function mount({ head, scroller, composer, home }) {
  const feed = new Feed(scroller, place);
  const box = new Composer(composer, place, label);
  const show = async () => {
    const { route } = store.state;
    home.hidden = !route.home;
    scroller.hidden = composer.hidden = route.home;
    drawHead(head);
    if (route.home || route.channel === shown.channel) return;
    shown.channel = route.channel;
    scroller.setAttribute("aria-label", `Messages in ${title()}`);
    drawIntro(feed.intro);
    box.draw();
    await load(feed);
  };
  const shown = { channel: "" };
  store.on("route", show);
  store.on("person", () => (shown.channel = ""));
  store.on("refresh", () => load(feed));
  store.on("prompts", () => drawIntro(feed.intro));
  store.on("message", ({ channel }) => channel === store.state.route.channel && !store.state.route.home && store.markRead(channel));
}

async function load(feed) {
  const { channel } = store.state.route;
  const user = store.state.person;
  if (!channel) return;
  try {
    const moment = store.now();
    const answer = await api.messages(user, channel);
    if (user !== store.state.person || channel !== store.state.route.channel) return;
    store.loadMessages(channel, answer.messages ?? [], moment);
    store.setStatuses(channel, answer.statuses, moment);
    store.markRead(channel);
    feed.draw({ toEnd: true });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}

const isDirect = () => store.state.channels.get(store.state.route.channel)?.kind === "im";
const other = () => store.state.channels.get(store.state.route.channel)?.members.find((id) => id !== store.state.person) ?? store.state.bot.id;
const title = () => (isDirect() ? store.nameOf(other()) : `#${store.channelName(store.state.route.channel)}`);
const label = () => `Message ${title()}`;

function drawHead(head) {
  const { route } = store.state;
  const channel = store.state.channels.get(route.channel);
  const app = route.home || (isDirect() && other() === store.state.bot.id);
  const name = app ? store.state.bot.name : title();
  const sign = app ? avatar(store.state.bot.id, "small") : isDirect() ? avatar(other(), "small") : null;
  const facts = app || !channel ? null : h("span", { class: "channel-facts" }, `${(channel.members ?? []).length} members`, channel.is_ext_shared ? h("span", { class: "badge external" }, "SHARED WITH ANOTHER COMPANY") : null);
  replace(head, h("h1", { class: "channel-title" }, sign, name), facts, app ? tabs(route.home) : null);
}

function tabs(home) {
  const direct = store.directMessage(store.state.person);
  const tab = (href, text, sign, here) => h("a", { href, class: "tab", "aria-current": here ? "page" : undefined }, icon(sign), text);
  return h("nav", { class: "tabs", "aria-label": `${store.state.bot.name}` }, tab("#/home", "Home", "home", home), tab(direct ? `#/${direct.id}` : "#/messages", "Messages", "thread", !home));
}

function drawIntro(root) {
  if (isDirect()) return replace(root, directIntro());
  const topic = store.state.channels.get(store.state.route.channel)?.topic;
  return replace(root, h("h2", {}, title()), h("p", { class: "muted" }, topic || `This is the very beginning of ${title()}.`));
}

function directIntro() {
  const prompts = store.state.prompts.get(store.state.route.channel);
  const say = (text) => () => api.say({ user: store.state.person, channel: store.state.route.channel, text }).catch((error) => toast(error.message, { error: true }));
  const offered = (prompts?.prompts ?? []).map((one) => h("button", { type: "button", class: "btn prompt", onclick: say(one.message) }, one.title));
  return [avatar(other(), "huge"), h("h2", {}, title()), h("p", { class: "muted" }, `Only you and ${store.nameOf(other())} see this conversation.`), offered.length ? h("div", { class: "prompts" }, h("p", {}, prompts.title ?? "Try one of these:"), offered) : null];
}
