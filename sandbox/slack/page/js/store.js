// What the page knows. Everything that changes goes through a function here and tells who listens.

const listeners = new Map();

export const state = {
  team: {},
  bot: { id: "", name: "cloudops" },
  botState: { state: "starting" },
  people: new Map(),
  channels: new Map(),
  commands: [],
  shortcuts: [],
  person: "",
  route: { channel: "", thread: "", home: false },
  messages: new Map(), // channel -> Map(ts -> message), replies among them
  ephemerals: [],
  statuses: new Map(), // channel/thread -> text
  read: new Map(), // person/channel -> the newest ts seen
  latest: new Map(), // channel -> the newest top-level ts
  views: new Map(), // person -> the stack of open modals
  homes: new Map(), // person -> Home tab
  prompts: new Map(), // direct message -> suggested prompts
  deliveries: new Map(),
  calls: [],
};

export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export function setWorkspace(answer) {
  state.team = answer.team ?? {};
  state.bot = answer.bot ?? state.bot;
  state.people = new Map((answer.people ?? []).map((person) => [person.id, person]));
  state.channels = new Map((answer.channels ?? []).map((channel) => [channel.id, channel]));
  state.commands = answer.commands ?? [];
  state.shortcuts = answer.shortcuts ?? [];
  if (answer.bot_state && Object.keys(answer.bot_state).length) state.botState = answer.bot_state;
  tell("workspace");
}

/** The people that one can write as, in the order in which the story needs them. */
export function writers() {
  const known = [...state.people.values()].filter((one) => !["bot", "deactivated"].includes(one.kind) && one.id !== state.bot.id);
  return known.filter((one) => one.id !== "USLACKBOT");
}

export const nameOf = (id) => (id === state.bot.id ? state.bot.name : (state.people.get(id)?.name ?? id));
export const channelName = (id) => state.channels.get(id)?.name ?? id;

export function channelsOf(person) {
  return [...state.channels.values()].filter((channel) => (channel.members ?? []).includes(person));
}

export function directMessage(person) {
  return channelsOf(person).find((channel) => channel.kind === "im" && channel.members.includes(state.bot.id));
}

export function setPerson(id) {
  if (!state.people.has(id) || id === state.person) return;
  state.person = id;
  state.ephemerals = [];
  state.messages.clear();
  tell("person", id);
}

export function setRoute(route) {
  state.route = { channel: "", thread: "", home: false, ...route };
  tell("route", state.route);
}

/** Events count up, so that an answer that was asked for before an event does not undo what the event told. */
let events = 0;
const heard = new Map(); // "message/ts", "status/channel" or "views" -> the number of the event
export const now = () => events;
export const note = (what) => heard.set(what, (events += 1));
export const since = (what, moment) => (heard.get(what) ?? 0) > moment;

export function setStatuses(channel, statuses, moment) {
  if (since(`status/${channel}`, moment)) return;
  for (const [ts, status] of Object.entries(statuses ?? {})) setStatus({ channel, thread_ts: ts, status });
}

const equal = (left, right) => JSON.stringify(left) === JSON.stringify(right);

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export function loadMessages(channel, list, moment, thread) {
  if (!state.messages.has(channel)) state.messages.set(channel, new Map());
  const known = state.messages.get(channel);
  const stale = [...known.values()].filter((old) => (thread ? isReply(old) && old.thread_ts === thread : !isReply(old)));
  const kept = (message) => since(`message/${message.ts}`, moment);
  const answered = new Set(list.map((message) => message.ts));
  for (const old of stale) if (!kept(old) && !answered.has(old.ts)) known.delete(old.ts);
  for (const message of list) if (!kept(message) && !equal(known.get(message.ts), message)) known.set(message.ts, message);
  noteLatest(channel, list.filter((message) => !isReply(message)).at(-1)?.ts);
}

export function putMessage({ channel, message, ts, deleted }) {
  const known = state.messages.get(channel) ?? state.messages.set(channel, new Map()).get(channel);
  const id = message?.ts ?? ts;
  note(`message/${id}`);
  const before = known.get(id);
  if (deleted) known.delete(id);
  else known.set(id, message);
  const shown = message ?? before ?? { ts: id };
  if (!isReply(shown)) noteLatest(channel, id);
  tell("message", { channel, ts: id, message: deleted ? null : message, before, thread: isReply(shown) ? shown.thread_ts : "" });
}

function noteLatest(channel, ts) {
  if (ts && ts > (state.latest.get(channel) ?? "")) state.latest.set(channel, ts);
}

export function topLevel(channel) {
  const all = [...(state.messages.get(channel)?.values() ?? [])];
  return all.filter((message) => !isReply(message) || message.subtype === "thread_broadcast").sort(byTs);
}

export function thread(channel, ts) {
  const all = [...(state.messages.get(channel)?.values() ?? [])];
  return all.filter((message) => message.ts === ts || message.thread_ts === ts).sort(byTs);
}

export const byTs = (left, right) => (left.ts < right.ts ? -1 : left.ts > right.ts ? 1 : 0);

export function putEphemeral(item) {
  if (item.user !== state.person) return;
  note("ephemerals");
  state.ephemerals = state.ephemerals.filter((old) => old.message.ts !== (item.message?.ts ?? item.ts));
  if (item.message && !item.deleted) state.ephemerals.push(item);
  tell("ephemeral", item);
}

export function dismissEphemeral(ts) {
  const item = state.ephemerals.find((one) => one.message.ts === ts);
  state.ephemerals = state.ephemerals.filter((one) => one !== item);
  if (item) tell("ephemeral", { ...item, deleted: true });
}

export function ephemeralsIn(channel, threadTs = "") {
  return state.ephemerals.filter((item) => item.channel === channel && (item.thread_ts ?? "") === threadTs);
}

const alone = new WeakMap(); // so that the same message is the same object at each drawing

export function seenAlone(message) {
  if (!alone.has(message)) alone.set(message, { ...message, ephemeral: true });
  return alone.get(message);
}

export function setStatus({ channel, thread_ts, status }) {
  note(`status/${channel}`);
  const key = `${channel}/${thread_ts ?? ""}`;
  if (status) state.statuses.set(key, status);
  else state.statuses.delete(key);
  tell("status", { channel, thread_ts });
}

export function markRead(channel) {
  const newest = state.latest.get(channel);
  if (newest) state.read.set(`${state.person}/${channel}`, newest);
  tell("unread", channel);
}

export function isUnread(channel) {
  const newest = state.latest.get(channel) ?? "";
  return newest > (state.read.get(`${state.person}/${channel}`) ?? "");
}
