// What a person may do to their own messages: edit and delete.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { confirm, openDialog } from "./dialog.js";
import { h, hidden, uid } from "./dom.js";
import { decode, encode } from "./encode.js";
import { icon } from "./icons.js";
import * as store from "./store.js";

export function ownTools(message, place) {
  if (message.user !== store.state.person) return [];
  const tool = (name, sign, onclick) => h("button", { type: "button", class: "tool", title: name, onclick }, icon(sign), hidden(name));
  return [tool("Edit message", "pencil", () => edit(message, place)), tool("Delete message", "trash", () => remove(message, place))];
}

const which = (message, place) => ({ user: store.state.person, channel: place.channel, ts: message.ts });

async function tried(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
    return false;
  }
}

async function remove(message, place) {
  const plain = (text) => ({ type: "plain_text", text });
  const sure = await confirm({ title: plain("Delete message"), text: plain("Are you sure? This cannot be undone."), confirm: plain("Delete"), deny: plain("Cancel"), style: "danger" });
  if (sure) await tried(() => api.remove(which(message, place)));
}

function edit(message, place) {
  const id = uid("edit");
  const text = h("textarea", { class: "text-input", id, rows: 4 }, decode(message.text));
  const save = async () => {
    if (text.value.trim() && (await tried(() => api.edit({ ...which(message, place), text: encode(text.value) })))) opened.close();
  };
  const foot = [h("button", { type: "button", class: "btn", onclick: () => opened.close() }, "Cancel"), h("button", { type: "button", class: "btn primary", onclick: save }, "Save")];
  const opened = openDialog({ title: "Edit message", body: h("div", { class: "input" }, h("label", { class: "label", for: id }, "Message"), text), foot });
  text.focus();
}
