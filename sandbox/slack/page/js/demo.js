// The demo's corner: how the bot is, and the buttons that only a demo has.
import * as api from "./api.js";
import { announce, toast } from "./announce.js";
import { openDialog } from "./dialog.js";
import { h, hidden, replace } from "./dom.js";
import { icon } from "./icons.js";
import { mailbox } from "./mailbox.js";
import * as store from "./store.js";
import { summaryTable } from "./summary.js";

const STATES = { up: "up", down: "down", starting: "starting" };

export function mount(root, openTour) {
  const strip = h("div", { class: "bot-strip", role: "status" });
  const button = (name, text, sign, kind = "") => h("button", { type: "button", class: `btn demo ${kind}`.trim(), data: { control: name }, onclick: (event) => run(name, event.currentTarget) }, icon(sign), text);
  const tour = h("button", { type: "button", class: "btn demo primary", data: { control: "tour" }, onclick: openTour }, icon("route"), "Tour");
  const mail = h("button", { type: "button", class: "btn demo", data: { control: "mail" }, onclick: mailbox }, icon("mail"), "Mail");
  const kill = button("kill_bot", "Kill the bot", "power");
  const several = h("ul", { class: "bot-list", "aria-label": "Bots", hidden: true });
  replace(root, h("h2", { class: "side-title" }, "Demo"), strip, several, h("div", { class: "demo-buttons" }, tour, button("summary", "Summary", "table"), kill, button("tamper", "Tamper", "pencil"), button("verify", "Verify", "shield"), mail));
  const draw = () => {
    drawStrip(strip);
    drawList(several, kill);
  };
  for (const topic of ["bot", "workspace"]) store.on(topic, draw);
  store.on("bot", said);
  draw();
}

function drawStrip(strip) {
  const bot = store.state.botState;
  const state = STATES[bot.state] ?? "unknown";
  const restarts = bot.restarts ? ` · ${bot.restarts} restart${bot.restarts === 1 ? "" : "s"}` : "";
  replace(strip, h("p", { class: `bot-state is-${state}` }, h("span", { class: "lamp", "aria-hidden": "true" }), h("strong", {}, `${store.state.bot.name} is ${state}`), restarts), bot.note ? h("p", { class: "bot-note" }, bot.note) : null);
}

/** Several bots: each with its own button. The big one kills whichever is at work on a change. */
function drawList(list, kill) {
  const bots = store.state.botState.replicas ?? [];
  list.hidden = bots.length < 2;
  kill.lastChild.textContent = bots.length < 2 ? "Kill the bot" : "Kill the worker";
  replace(list, bots.map((bot, at) => h("li", { class: `bot-state is-${STATES[bot.state] ?? "unknown"}` }, h("span", { class: "lamp", "aria-hidden": "true" }), h("span", {}, h("strong", {}, bot.name), ` is ${bot.state}`), single(bot, at + 1))));
}

function single(bot, number) {
  const name = { up: `kill_bot_${number}`, down: `start_bot_${number}` }[bot.state];
  if (!name) return null;
  return h("button", { type: "button", class: "btn demo small", data: { control: name }, onclick: (event) => run(name, event.currentTarget) }, bot.state === "up" ? "Kill" : "Start", hidden(` ${bot.name}`));
}

let before = "";
function said(bot) {
  if (before && before !== bot.state) announce(`${store.state.bot.name} is ${bot.state}.`);
  before = bot.state;
}

/** Runs one control of the supervisor and shows its answer in its own words. */
export async function run(name, node) {
  node?.setAttribute("aria-busy", "true");
  try {
    const answer = await api.control(name);
    if (name === "summary" && answer.ok) return summaryTable(answer.data ?? {});
    if (/^(kill|start)_bot/.test(name) && answer.ok) return toast(answer.text || "The bot was killed.");
    return show(name, answer);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    return toast(error.message, { error: true });
  } finally {
    node?.removeAttribute("aria-busy");
  }
}

const TITLES = { tamper: "One audit row was edited as the database’s owner", verify: "python -m bot audit verify", kill_bot: "Kill the bot", summary: "What just happened" };

function show(name, answer) {
  const exit = answer.data?.exit;
  const good = answer.ok && !/TAMPERED/.test(answer.text ?? "");
  const body = [
    h("p", { class: `verdict ${good ? "good" : "bad"}` }, icon(good ? "check" : "warn"), good ? "In order" : name === "verify" ? "Not in order" : "Not done"),
    h("pre", { class: "code terminal", tabindex: "0", "aria-label": "Output" }, answer.text || "No output."),
    exit === undefined ? null : h("p", { class: "muted" }, `Exit code ${exit}`),
  ];
  if (name === "tamper") body.shift();
  const opened = openDialog({ title: TITLES[name] ?? name, kind: "wide", body, foot: [name === "tamper" ? verifyNext(() => opened.close()) : null, h("button", { type: "button", class: "btn", onclick: () => opened.close() }, "Close")].filter(Boolean) });
}

const verifyNext = (close) => h("button", { type: "button", class: "btn primary", onclick: () => (close(), run("verify")) }, "Verify now");
