// Starts the page: fetch the workspace, mount the parts, open the event stream, follow the address.
import * as announcer from "./announce.js";
import * as api from "./api.js";
import * as channel from "./channel.js";
import * as demo from "./demo.js";
import { h, hidden, replace } from "./dom.js";
import * as home from "./home.js";
import { icon } from "./icons.js";
import * as inspector from "./inspector.js";
import * as modal from "./modal.js";
import * as person from "./person.js";
import * as router from "./router.js";
import * as sidebar from "./sidebar.js";
import * as store from "./store.js";
import * as stream from "./stream.js";
import * as theme from "./theme.js";
import * as thread from "./thread.js";
import * as tour from "./tour.js";

const PERSON = "local-slack-person";
const part = (id) => document.getElementById(id);

function mount() {
  announcer.mount();
  theme.mount(part("theme"));
  replace(part("inspect"), icon("pulse"), h("span", { class: "wide-only" }, "Inspector"), hidden("Open or close the delivery inspector"));
  replace(part("menu"), icon("menu"), hidden("Channels and demo"));
  person.mount(part("person"));
  sidebar.mount(part("conversations"));
  demo.mount(part("demo"), tour.open);
  channel.mount({ head: part("channel-head"), scroller: part("channel-scroller"), composer: part("channel-composer"), home: part("home") });
  thread.mount({ pane: part("thread-pane"), head: part("thread-head"), scroller: part("thread-scroller"), composer: part("thread-composer") });
  home.mount(part("home"));
  modal.mount();
  inspector.mount(part("inspector"), part("inspect"));
  menu();
  skip();
}

/** The address belongs to the router, so the skip link moves the focus itself. */
function skip() {
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    const { home, thread: inThread } = store.state.route;
    part(home ? "home" : inThread ? "thread-scroller" : "channel-scroller").focus();
  });
}

/** On a narrow page the sidebar is behind a button. */
function menu() {
  const button = part("menu");
  const set = (open) => {
    document.body.classList.toggle("with-menu", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!document.body.classList.contains("with-menu")));
  store.on("route", () => set(false));
  part("sidebar").addEventListener("click", (event) => event.target.closest("a") && set(false));
  part("sidebar").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("with-menu")) return;
    set(false);
    button.focus();
  });
}

function follow() {
  store.on("person", (id) => {
    sessionStorage.setItem(PERSON, id);
    open(id);
    router.read();
  });
  store.on("connected", (good) => {
    const note = part("connection");
    if (note.hidden !== good) note.hidden = good;
  });
}

function open(id) {
  stream.open(id, () => {
    store.tell("refresh");
    own(id);
  });
}

/** What only this person sees: ephemerals, open modals, Home. */
async function own(id) {
  try {
    const moment = store.now();
    const [seen, open] = await Promise.all([api.ephemerals(id), api.views(id)]);
    if (id !== store.state.person) return;
    if (!store.since("ephemerals", moment)) store.state.ephemerals = (seen.ephemerals ?? []).filter((item) => item.message);
    if (!store.since("views", moment)) store.state.views.set(id, open.views ?? []);
    if (open.home && !store.since("home", moment)) store.state.homes.set(id, open.home);
    await greeting(id);
    for (const topic of ["refresh", "views"]) store.tell(topic);
    store.tell("home", id);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    announcer.toast(error.message, { error: true });
  }
}

/** The suggested prompts of the direct message, for those who have one. */
async function greeting(id) {
  const direct = store.directMessage(id);
  if (!direct) return;
  store.state.prompts.set(direct.id, await api.prompts(id));
  store.tell("prompts", direct.id);
}

function firstPerson() {
  const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem(PERSON);
  const writers = store.writers().map((one) => one.id);
  return writers.includes(asked) ? asked : writers.includes("UALICE") ? "UALICE" : writers[0];
}

async function start() {
  mount();
  store.setWorkspace(await api.workspace());
  document.title = `${store.state.team.name ?? "Local Slack"} — local workspace`;
  store.state.botState = (await api.bot()).bot ?? store.state.botState;
  store.tell("bot", store.state.botState);
  follow();
  store.setPerson(firstPerson());
  router.start();
  document.body.dataset.ready = "yes";
}

start().catch((error) => {
  announcer.toast(`The page could not start: ${error.message}`, { error: true });
});
