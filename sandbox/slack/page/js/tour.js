// The guide: proposes the next step of the story and does it on one click, as the person that the step names.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { run } from "./demo.js";
import { h, hidden, replace } from "./dom.js";
import { encode } from "./encode.js";
import { icon } from "./icons.js";
import { choose } from "./person.js";
import { go } from "./router.js";
import * as store from "./store.js";
import { STEPS } from "./toursteps.js";

let at = 0;

export function open() {
  const root = document.getElementById("tour");
  root.hidden = false;
  document.body.classList.add("with-tour");
  draw(root);
  root.querySelector("h2").focus();
}

function draw(root) {
  const step = { ...STEPS[at], ...(store.state.botState.replicas?.length > 1 ? STEPS[at].several : {}) };
  const move = (by) => () => {
    at = Math.min(Math.max(at + by, 0), STEPS.length - 1);
    draw(root);
    root.querySelector("h2").focus();
  };
  const close = () => {
    root.hidden = true;
    document.body.classList.remove("with-tour");
    document.querySelector('[data-control="tour"]')?.focus();
  };
  replace(
    root,
    h("div", { class: "tour-head" }, h("span", { class: "tour-count" }, `Step ${at + 1} of ${STEPS.length}`), h("button", { type: "button", class: "btn icon-only", onclick: close }, icon("close"), hidden("Close tour"))),
    h("h2", { tabindex: "-1" }, step.title),
    h("p", {}, step.text),
    step.say ? h("p", { class: "tour-say" }, `“${step.say}”`) : null,
    doButton(step, root, move(1)),
    h("p", { class: "tour-expect" }, h("strong", {}, "What must appear: "), step.expect),
    h("progress", { max: STEPS.length, value: at + 1, "aria-label": "Progress of the tour" }),
    h("div", { class: "tour-foot" }, h("button", { type: "button", class: "btn", disabled: at === 0, onclick: move(-1) }, "Back"), h("button", { type: "button", class: "btn", disabled: at === STEPS.length - 1, onclick: move(1) }, "Next")),
  );
}

function doButton(step, root, next) {
  const name = step.as ? store.nameOf(step.as) : "";
  const who = name.charAt(0).toUpperCase() + name.slice(1);
  const text = step.say || step.command ? `Type this for me as ${who}` : step.press ? `Press the button as ${who}` : step.control ? (CONTROLS[step.control] ?? "Do it") : "Show me";
  const press = async (event) => {
    const node = event.currentTarget;
    node.setAttribute("aria-busy", "true");
    const done = await perform(step).finally(() => node.removeAttribute("aria-busy"));
    if (!done) return;
    node.replaceWith(h("p", { class: "tour-done" }, icon("check"), "Done. ", h("button", { type: "button", class: "btn small", onclick: next }, "Next step")));
    root.querySelector(".tour-done button")?.focus();
  };
  return h("button", { type: "button", class: "btn primary wide", onclick: press }, text);
}

const CONTROLS = { kill_bot: "Kill the bot now", verify: "Verify the audit trail", tamper: "Tamper with one row", summary: "Show the table" };

async function perform(step) {
  if (step.as) choose(step.as);
  if (step.look) return look(step.look);
  if (step.control) return run(step.control).then(() => true);
  const place = await incidentThread();
  if (!place) return problem("There is no incident yet. Wait for the alerts in #incidents.");
  go(place.channel, place.thread);
  return step.say ? say(step.say, place) : press(step.press);
}

function look({ channel }) {
  const found = [...store.state.channels.values()].find((one) => one.name === channel);
  if (found) go(found.id);
  return Boolean(found);
}

/** The thread that is open in #incidents, else that of the bot's newest post there. */
async function incidentThread() {
  const channel = [...store.state.channels.values()].find((one) => one.name === "incidents")?.id;
  if (!channel) return null;
  const { route } = store.state;
  if (route.channel === channel && route.thread) return { channel, thread: route.thread };
  const { messages } = await api.messages(store.state.person, channel);
  const posts = (messages ?? []).filter((message) => message.user === store.state.bot.id || message.bot_id);
  const ours = posts.filter((message) => message.user === store.state.bot.id);
  const thread = (ours.at(-1) ?? posts.at(-1))?.ts;
  return thread ? { channel, thread } : { channel, thread: "" };
}

async function say(text, place) {
  try {
    const answer = await api.say({ user: store.state.person, channel: place.channel, text: encode(text), thread_ts: place.thread || undefined });
    if (!place.thread && answer.ts) go(place.channel, answer.ts);
    return true;
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    return problem(error.message);
  }
}

/** The newest button of that name on the page, pressed as a person would, its confirmation included. */
async function press(pattern) {
  const form = new RegExp(pattern, "i");
  for (let tries = 0; tries < 20; tries += 1) {
    const buttons = [...document.querySelectorAll("#thread-pane .message .btn, #channel .message .btn")];
    const button = buttons.filter((node) => form.test(node.textContent.trim())).sort(byMessage).at(-1);
    if (button) {
      button.scrollIntoView({ block: "center" });
      button.focus();
      button.click();
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return problem("No such button is to be seen yet. Wait for the plan card, then press again.");
}

const tsOf = (node) => node.closest("[data-ts]").dataset.ts;
const byMessage = (left, right) => (tsOf(left) < tsOf(right) ? -1 : 1);

function problem(text) {
  toast(text, { error: true });
  return false;
}
