// Faults to try: what Slack does to bots on bad days.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { h } from "./dom.js";

const FAULTS = [
  ["Rate-limit the next post", "chat.postMessage answers 429, retry after 2 s, once", () => api.fault({ method: "chat.postMessage", status: 429, retry_after: 2, times: 1 })],
  ["Fail the next update", "chat.update answers 500, once", () => api.fault({ method: "chat.update", status: 500, times: 1 })],
  ["Slow down the next three calls", "2 s before each answer", () => api.fault({ delay_ms: 2000, times: 3 })],
  ["Ask the bot to reconnect", "a polite `disconnect` frame, as Slack sends every few hours", () => api.disconnect(false)],
  ["Cut the connection", "a TCP reset without a word", () => api.disconnect(true)],
];

export function faultsPanel() {
  const run = (name, fault) => async () => {
    try {
      await fault();
      toast(`${name}: set.`);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      toast(error.message, { error: true });
    }
  };
  return h("ul", { class: "faults" }, FAULTS.map(([name, what, fault]) => h("li", {}, h("button", { type: "button", class: "btn", onclick: run(name, fault) }, name), h("span", { class: "muted" }, what))));
}
