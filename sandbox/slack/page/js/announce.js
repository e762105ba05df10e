// What a screen reader hears, and the short notes at the bottom of the page.
import { h } from "./dom.js";
import { icon } from "./icons.js";

const places = { polite: null, assertive: null };

export function mount() {
  places.polite = document.getElementById("live-polite");
  places.assertive = document.getElementById("live-assertive");
}

export function announce(text, urgency = "polite") {
  const line = h("p", {}, text);
  places[urgency].append(line);
  while (places[urgency].childElementCount > 4) places[urgency].firstElementChild.remove();
}

/** A note that goes away by itself, or by its button; errors stay until dismissed. */
export function toast(text, { error = false } = {}) {
  const note = h("div", { class: error ? "toast error" : "toast" }, icon(error ? "warn" : "info"), h("span", {}, text),
    h("button", { type: "button", class: "btn icon-only", "aria-label": "Dismiss", onclick: () => note.remove() }, icon("close")));
  document.getElementById("toasts").append(note);
  announce(text, error ? "assertive" : "polite");
  if (!error) setTimeout(() => note.remove(), 6000);
}
