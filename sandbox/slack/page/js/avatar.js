// A face for everyone: initials on a colour of their own; the bot has a cloud.
import { h, svg } from "./dom.js";
import { icon } from "./icons.js";
import * as store from "./store.js";

const FACES = { UALICE: 0, UBOB: 1, UCAROL: 2, UDAN: 3, UGUEST: 4, UEVE: 5 };

export function avatar(id, kind = "", shown = "") {
  if (id === store.state.bot.id) return h("span", { class: `avatar bot ${kind}`, "aria-hidden": "true" }, cloud());
  if (store.state.people.get(id)?.kind === "bot") return h("span", { class: `avatar webhook ${kind}`, "aria-hidden": "true" }, icon("bell"));
  const name = shown || store.nameOf(id);
  const sum = [...id].reduce((total, character) => total + character.charCodeAt(0), 0);
  return h("span", { class: `avatar face-${FACES[id] ?? sum % 6} ${kind}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase());
}

export function cloud() {
  return svg("svg", { viewBox: "0 0 24 24", class: "cloud", focusable: "false" },
    svg("path", { d: "M7 18a4.3 4.3 0 0 1-.6-8.55A5.8 5.8 0 0 1 17.5 9.1 4.5 4.5 0 0 1 17 18z" }),
    svg("path", { class: "cloud-line", d: "m9.3 13.4 2 2 3.6-4" }));
}
