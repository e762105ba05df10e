// Modals: a stack of at most three views; the top one is shown, errors are told at their fields.
import * as api from "./api.js";
import { contextFor, explain } from "./act.js";
import { announce } from "./announce.js";
import { renderBlocks } from "./blocks/index.js";
import { setError } from "./blocks/input.js";
import { valuesIn } from "./blocks/state.js";
import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import * as store from "./store.js";

let shown = null; // {view, dialog parts, form}
const kept = new Map(); // view id -> what was typed, so that an update or a return keeps it

export function mount() {
  store.on("view", (event) => event.user === store.state.person && receive(event));
  store.on("person", () => drop());
  store.on("views", () => draw());
}

const stack = () => store.state.views.get(store.state.person) ?? store.state.views.set(store.state.person, []).get(store.state.person);

function receive({ action, view, errors }) {
  const views = stack();
  if (action === "open") views.splice(0, views.length, view);
  else if (action === "push") views.push(view);
  else if (action === "update") views.splice(Math.max(views.findIndex((one) => one.id === view.id), 0), 1, view);
  else if (action === "errors") return showErrors(errors ?? {});
  else if (action === "close") closed(views, view);
  return draw();
}

function closed(views, view) {
  const at = view ? views.findIndex((one) => one.id === view.id) : 0;
  if (at >= 0) views.splice(at);
}

function draw() {
  const top = stack().at(-1);
  if (!top) return drop();
  if (shown) {
    kept.set(shown.view.id, valuesIn(shown.form));
    return fill(top);
  }
  const opened = openDialog({ title: "", kind: "modal", onclose: () => dismissed(opened) });
  shown = { ...opened, view: top };
  return fill(top);
}

function fill(view) {
  const values = kept.get(view.id) ?? {};
  const form = h("form", { class: "modal-form", novalidate: true, id: `form-${view.id}` });
  const context = contextFor({ surface: "modal", viewId: view.id }, () => form, (block, action) => values[block]?.[action]);
  form.append(...renderBlocks(view.blocks, context));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const back = stack().length > 1;
  const close = h("button", { type: "button", class: "btn", onclick: () => shown.dialog.close() }, plainText(view.close?.text ?? (back ? "Back" : "Close")));
  const send = view.submit ? h("button", { type: "submit", class: "btn primary", form: form.id }, plainText(view.submit.text)) : null;
  replace(shown.title, plainText(view.title?.text ?? ""));
  replace(shown.body, h("div", { class: "modal-problem", role: "alert" }), form);
  replace(shown.foot, close, send);
  const same = shown.view.id === view.id && shown.form;
  Object.assign(shown, { view, form, send });
  if (!same || !shown.dialog.contains(document.activeElement)) (form.querySelector("input, textarea, select") ?? close).focus();
}

async function submit() {
  const missing = emptyFields(shown.form);
  showErrors(missing);
  if (Object.keys(missing).length) return;
  const { view, send, dialog } = shown;
  send?.setAttribute("aria-busy", "true");
  try {
    const answer = await api.submit({ user: store.state.person, view_id: view.id, values: valuesIn(shown.form, "[data-input] ") });
    if (shown?.dialog === dialog) answered(answer, view);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    problem(explain(error.message));
  } finally {
    send?.removeAttribute("aria-busy");
  }
}

/** The event stream tells the new stack as well; this answer may come first or last, and does the same. */
function answered(answer, view) {
  if (answer.errors) showErrors(answer.errors);
  else if (answer.ok === false) problem(explain(answer.error ?? "unknown"));
  else if (!answer.response_action || answer.response_action === "clear") {
    const views = stack();
    const at = views.findIndex((one) => one.id === view.id);
    if (at >= 0) views.splice(answer.response_action ? 0 : at);
    draw();
  }
}

function problem(text) {
  if (shown) replace(shown.body.querySelector(".modal-problem"), text);
}

/** As in Slack, an input that is not optional has to be filled in before anything is sent. */
function emptyFields(form) {
  const values = valuesIn(form);
  const errors = {};
  for (const holder of form.querySelectorAll("[data-input]")) {
    const value = Object.values(values[holder.dataset.input] ?? {})[0] ?? {};
    const filled = Object.entries(value).some(([key, part]) => key !== "type" && part !== null && part !== "" && (!Array.isArray(part) || part.length));
    if (!holder.dataset.optional && !filled) errors[holder.dataset.input] = "Please complete this required field.";
  }
  return errors;
}

function showErrors(errors) {
  if (!shown) return;
  let first = null;
  const known = new Set();
  for (const holder of shown.form.querySelectorAll("[data-input]")) {
    const control = setError(holder, errors[holder.dataset.input]);
    known.add(holder.dataset.input);
    if (errors[holder.dataset.input]) first ??= control;
  }
  const rest = Object.entries(errors).filter(([block]) => !known.has(block)).map(([, text]) => text);
  problem(rest.join(" "));
  first?.focus();
  if (first) announce(`${Object.keys(errors).length} field needs attention.`, "assertive");
}

/** The person closed it: tell the bot, and show the view below. */
function dismissed(opened) {
  if (shown?.dialog !== opened.dialog) return;
  const { view } = shown;
  shown = null;
  const views = stack();
  const at = views.findIndex((one) => one.id === view.id);
  if (at < 0) return;
  views.splice(view.clear_on_close ? 0 : at);
  kept.delete(view.id);
  api.submit({ user: store.state.person, view_id: view.id, closed: true }).catch(() => null);
  draw();
}

/** Everything is closed already: only the picture has to go. */
function drop() {
  const opened = shown;
  shown = null;
  opened?.dialog.close();
}
