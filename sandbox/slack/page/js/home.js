// The bot's Home tab of the present person.
import * as api from "./api.js";
import { contextFor } from "./act.js";
import { toast } from "./announce.js";
import { renderBlocks } from "./blocks/index.js";
import { h, replace } from "./dom.js";
import * as store from "./store.js";

export function mount(root) {
  const draw = () => {
    const view = store.state.homes.get(store.state.person);
    const blocks = h("div", { class: "home-blocks" });
    const context = contextFor({ surface: "home", viewId: view?.id }, () => blocks);
    blocks.append(...(view ? renderBlocks(view.blocks, context) : [h("p", { class: "muted" }, `${store.state.bot.name} has not published a Home tab for you yet.`)]));
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.action : "";
    replace(root, blocks);
    if (held) blocks.querySelector(`[data-action="${CSS.escape(held)}"]`)?.focus();
  };
  store.on("home", (user) => user === store.state.person && draw());
  const open = async () => {
    if (!store.state.route.home) return;
    draw();
    await fetchHome();
    draw();
  };
  store.on("route", open);
}

async function fetchHome() {
  try {
    const moment = store.now();
    const answer = await api.home(store.state.person, "home");
    if (answer.view && !store.since("home", moment)) store.state.homes.set(store.state.person, answer.view);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}
