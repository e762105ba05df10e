// The list of conversations of the present person, with what is unread in bold and in words.
import { avatar } from "./avatar.js";
import { h, hidden, replace } from "./dom.js";
import { icon } from "./icons.js";
import * as store from "./store.js";

export function mount(root) {
  let drawn = "";
  const draw = () => {
    const now = signature();
    if (now === drawn) return;
    drawn = now;
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.href : "";
    replace(root, sections());
    if (held) root.querySelector(`[data-href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  };
  for (const topic of ["workspace", "person", "route", "unread", "message"]) store.on(topic, draw);
}

/** What the list shows, as one text: most messages change nothing of it. */
function signature() {
  const mine = store.channelsOf(store.state.person).map((channel) => [channel.id, store.isUnread(channel.id)]);
  return JSON.stringify([store.state.person, store.state.route.channel, store.state.route.home, mine]);
}

function sections() {
  const mine = store.channelsOf(store.state.person);
  const channels = mine.filter((channel) => channel.kind !== "im").sort((left, right) => left.name.localeCompare(right.name));
  const direct = store.directMessage(store.state.person);
  const others = mine.filter((channel) => channel.kind === "im" && channel !== direct);
  return [
    group("Channels", channels.map(channelRow)),
    others.length ? group("Direct messages", others.map(directRow)) : null,
    store.state.people.get(store.state.person)?.kind === "stranger" ? null : group("Apps", [appRow(direct), homeRow()]),
  ];
}

const group = (title, rows) => h("section", {}, h("h2", { class: "side-title" }, title), h("ul", {}, rows.map((row) => h("li", {}, row))));

function row(href, here, unread, ...inner) {
  return h("a", { href, class: `side-row${unread ? " unread" : ""}`, "aria-current": here ? "page" : undefined, data: { href } }, inner, unread ? h("span", { class: "dot" }, hidden("unread")) : null);
}

function channelRow(channel) {
  const { route } = store.state;
  const here = !route.home && route.channel === channel.id;
  const sign = channel.is_ext_shared ? "shared" : channel.kind === "private" || channel.is_private ? "lock" : "hash";
  return row(`#/${channel.id}`, here, !here && store.isUnread(channel.id), icon(sign), h("span", { class: "side-name" }, channel.name), channel.is_ext_shared ? hidden("shared with another company") : null);
}

function directRow(channel) {
  const other = channel.members.find((id) => id !== store.state.person) ?? store.state.person;
  const here = store.state.route.channel === channel.id;
  return row(`#/${channel.id}`, here, !here && store.isUnread(channel.id), avatar(other, "small"), h("span", { class: "side-name" }, store.nameOf(other)));
}

function appRow(direct) {
  const { route } = store.state;
  const here = !route.home && direct && route.channel === direct.id;
  return row(direct ? `#/${direct.id}` : "#/messages", here, direct && !here && store.isUnread(direct.id), avatar(store.state.bot.id, "small"), h("span", { class: "side-name" }, store.state.bot.name));
}

const homeRow = () => row("#/home", store.state.route.home, false, icon("home"), h("span", { class: "side-name" }, `${store.state.bot.name} home`));
