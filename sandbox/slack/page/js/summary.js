// The table at the end: what just happened, each line with its audit record; then your own cluster in six steps.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { openDialog } from "./dialog.js";
import { h, hidden } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { choose } from "./person.js";
import { go } from "./router.js";
import * as store from "./store.js";
import * as times from "./times.js";

const READER = "UBOB"; // may read the audit trail
const KINDS = {
  approved: "good", changed: "good", answered: "good", refused: "warn", rejected: "warn", "rolled back": "warn", undone: "warn",
  killed: "warn", stopped: "warn", expired: "warn", cancelled: "warn", failed: "bad", unknown: "bad", void: "bad", tampered: "bad",
};

export function summaryTable({ rows = [], steps = [] }) {
  const close = () => opened.close();
  const head = h("tr", {}, ["When", "What", "Who", "How it went", "Record"].map((name) => h("th", { scope: "col" }, name)));
  const table = h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "What just happened" }, h("table", { class: "summary" }, h("thead", {}, head), h("tbody", {}, rows.map((row) => line(row, close)))));
  const body = [rows.length ? table : h("p", { class: "muted" }, "Nothing has happened yet. The tour proposes what to do first."), steps.length ? ownCluster(steps) : null];
  const opened = openDialog({ title: "What just happened", kind: "wide", body, foot: [h("button", { type: "button", class: "btn", onclick: close }, "Close")] });
}

function line(row, close) {
  const record = row.record === undefined || row.record === null ? "" : h("button", { type: "button", class: "btn small", onclick: () => (close(), openRecord(row.record)) }, hidden("Show audit record "), `#${row.record}`);
  return h("tr", {}, h("td", { class: "nowrap" }, row.at ? times.secondsOf(row.at) : ""), h("th", { scope: "row" }, h("span", { class: `pill ${KINDS[row.what] ?? ""}` }, row.what ?? "")), h("td", { class: "nowrap" }, row.who ?? ""), h("td", { class: "wrap" }, mrkdwn(row.outcome ?? "")), h("td", {}, record));
}

/** The record is read as everybody reads it: with the bot's own command, as somebody who may. */
async function openRecord(record) {
  if (store.state.people.has(READER)) choose(READER);
  const channel = store.state.route.channel || [...store.state.channels.values()].find((one) => one.name === "incidents")?.id;
  go(channel);
  try {
    await api.command({ user: store.state.person, channel, command: store.state.commands[0]?.command ?? "/cloudops", text: `audit show ${record}` });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}

function ownCluster(steps) {
  const words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"][steps.length] ?? steps.length;
  return h("section", { class: "own-cluster" }, h("h3", {}, `Use it on your own cluster, read-only, in ${words} steps`), h("ol", {}, steps.map((step) => h("li", {}, step.title ?? step, step.command ? h("pre", { class: "code", tabindex: "0" }, step.command) : null))));
}
