// Message shortcuts that the manifest declares.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { h } from "./dom.js";
import * as store from "./store.js";

export function messageMenu(message, place) {
  const known = store.state.shortcuts.filter((one) => one.kind === "message");
  return known.map((one) => h("button", { type: "button", class: "tool wide", onclick: () => run(one, message, place) }, one.name));
}

async function run(one, message, place) {
  try {
    await api.shortcut({ user: store.state.person, channel: place.channel, ts: message.ts, callback_id: one.callback_id });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}
