// The delivery inspector: every envelope with its ack and retries, every Web API call, the JSON of a message, faults.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { h, hidden, replace } from "./dom.js";
import { faultsPanel } from "./faults.js";
import { icon } from "./icons.js";
import * as store from "./store.js";
import { tabList } from "./tabs.js";
import * as times from "./times.js";

const subject = { title: "", value: null };
const MOST = 200;

export function mount(pane, opener) {
  const tabs = tabList("Inspector", [
    { name: "Deliveries", draw: deliveries },
    { name: "Web API", draw: calls },
    { name: "JSON", draw: json },
    { name: "Faults", draw: faultsPanel },
  ]);
  const close = () => {
    toggle(false);
    opener.focus();
  };
  const title = h("h2", { class: "pane-title", tabindex: "-1" }, "Delivery inspector");
  replace(pane, h("div", { class: "pane-head" }, title, h("button", { type: "button", class: "btn icon-only", onclick: close }, icon("close"), hidden("Close inspector"))), tabs.root);
  const toggle = (open) => {
    pane.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("with-inspector", open);
    if (open) title.focus();
    if (open) load(tabs);
  };
  opener.addEventListener("click", () => toggle(pane.hidden));
  pane.addEventListener("keydown", (event) => event.key === "Escape" && close());
  store.on("delivery", () => pane.hidden || later(tabs));
  store.on("message", () => pane.hidden || later(tabs));
  store.on("inspect", (what) => {
    Object.assign(subject, what);
    toggle(true);
    tabs.show("JSON");
  });
}

/** Drawn a few times a second at most. Calls are not streamed; what a call changed is, so that is when to look. */
let timer = 0;
function later(tabs) {
  timer ||= setTimeout(() => {
    timer = 0;
    if (tabs.current() === "Web API") load(tabs);
    else tabs.redraw("Deliveries");
  }, 250);
}

async function load(tabs) {
  try {
    const [sent, received] = await Promise.all([api.deliveries(), api.calls()]);
    for (const row of sent.deliveries ?? []) store.state.deliveries.set(row.id, row);
    store.state.calls = received.calls ?? [];
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
  for (const name of ["Deliveries", "Web API"]) tabs.redraw(name);
}

function ackWords(row) {
  if (row.acked_ms === null || row.acked_ms === undefined) return h("span", { class: "pill bad" }, row.outcome === "pending" ? "no ack yet" : row.outcome.replaceAll("_", " "));
  return h("span", { class: "pill good" }, `ack ${Math.round(row.acked_ms)} ms`);
}

function deliveries() {
  const rows = [...store.state.deliveries.values()].reverse().slice(0, MOST);
  if (!rows.length) return h("p", { class: "muted pad" }, "Nothing was sent to the bot yet.");
  return [h("p", { class: "muted pad" }, `${store.state.deliveries.size} envelopes sent to the bot, newest first.`), h("ol", { class: "rows" }, rows.map(delivery))];
}

function delivery(row) {
  const retries = row.retries ? h("span", { class: "pill warn" }, `${row.retries} ${row.retries === 1 ? "retry" : "retries"}${row.reason ? ` (${row.reason})` : ""}`) : null;
  const head = [h("span", { class: "row-main" }, h("strong", {}, row.summary), h("span", { class: "muted" }, `${row.type} · ${row.transport || "waiting"}${carriers(row)}`)), ackWords(row), retries, when(row.sent_at)];
  return foldable(`delivery-${row.id}`, head, () => [code("Payload", row.payload), row.response ? code("Answer of the bot", row.response) : null, h("p", { class: "muted" }, `Envelope ${row.envelope_id}, ${row.attempts} attempt${row.attempts === 1 ? "" : "s"}, ${row.outcome}`)]);
}

/** Which of the app's Socket Mode connections carried it, one an attempt. */
const carriers = (row) => (row.links?.length ? ` · connection ${row.links.join(", then ")}` : "");

function calls() {
  const rows = [...store.state.calls].reverse().slice(0, MOST);
  if (!rows.length) return h("p", { class: "muted pad" }, "The bot has not called the Web API yet.");
  return [h("p", { class: "muted pad" }, `${store.state.calls.length} calls by the bot, newest first.`), h("ol", { class: "rows" }, rows.map(callRow))];
}

function callRow(row) {
  const state = row.ok === false ? h("span", { class: "pill bad" }, row.error ?? "error") : h("span", { class: "pill good" }, "ok");
  return foldable(`call-${row.at}-${row.method}`, [h("span", { class: "row-main" }, h("strong", {}, row.method)), state, when(row.at)], () => [code("Arguments", row.args)]);
}

const when = (at) => (at ? h("time", { class: "muted row-time" }, times.secondsOf(at)) : null);

const opened = new Set();

/** Its content is made when it is opened: two hundred payloads are a lot of text. It stays open when drawn anew. */
function foldable(key, head, content) {
  const fold = h("details", {}, h("summary", { data: { key } }, head));
  const fill = () => fold.childElementCount === 1 && fold.append(h("div", { class: "row-body" }, content()));
  if (opened.has(key)) {
    fill();
    fold.open = true;
  }
  fold.addEventListener("toggle", () => {
    opened[fold.open ? "add" : "delete"](key);
    if (fold.open) fill();
  });
  return h("li", {}, fold);
}

const code = (title, value) => h("div", {}, h("h3", {}, title), h("pre", { class: "code", tabindex: "0", "aria-label": title }, JSON.stringify(value, null, 2)));

function json() {
  if (subject.value === null) return h("p", { class: "muted pad" }, "Press “Show as JSON” on a message to see it here.");
  return h("div", { class: "pad" }, code(subject.title, subject.value));
}
