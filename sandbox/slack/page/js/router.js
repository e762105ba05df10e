// Addresses of the page: #/CHANNEL, #/CHANNEL/thread, #/home, #/messages.
import * as api from "./api.js";
import * as store from "./store.js";

const DEFAULT = "incidents";

export function start() {
  addEventListener("hashchange", read);
  read();
}

export function go(channel, thread = "") {
  const hash = thread ? `#/${channel}/${thread}` : `#/${channel}`;
  if (location.hash === hash) read();
  else location.hash = hash;
}

export function fallback() {
  const mine = store.channelsOf(store.state.person);
  return (mine.find((channel) => channel.name === DEFAULT) ?? mine[0])?.id ?? "";
}

export async function read() {
  const [place = "", thread = ""] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (place === "home") return store.setRoute({ home: true });
  if (place === "messages") return openMessages();
  const known = store.state.channels.get(place);
  if (!known?.members?.includes(store.state.person)) return go(fallback());
  return store.setRoute({ channel: place, thread: /^\d+\.\d+$/.test(thread) ? thread : "" });
}

/** The bot's direct messages come into being when somebody opens them. */
async function openMessages() {
  await api.home(store.state.person, "messages").catch(() => null);
  store.setWorkspace(await api.workspace());
  go(store.directMessage(store.state.person)?.id ?? fallback());
}
