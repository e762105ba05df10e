// Who is writing. One choice for the whole page, shown at the top and in each composer.
import { announce } from "./announce.js";
import { avatar } from "./avatar.js";
import { h, hidden, replace } from "./dom.js";
import * as store from "./store.js";

const SECOND = new Set(["UBOB2"]); // in the menu only: the second account of somebody who has a face already
const role = (person) => person.title || person.kind;

export function choose(id) {
  if (id === store.state.person) return;
  store.setPerson(id);
  announce(`You are now ${store.nameOf(id)}, ${role(store.state.people.get(id))}.`);
}

/** The select of a composer. */
export function personSelect() {
  const select = h("select", { class: "select person-select", onchange: (event) => choose(event.target.value) });
  const draw = () => {
    replace(select, store.writers().map((person) => h("option", { value: person.id }, `${person.name} · ${role(person)}`)));
    select.value = store.state.person;
  };
  store.on("workspace", draw);
  store.on("person", draw);
  draw();
  return h("label", { class: "write-as" }, hidden("Write as"), select);
}

/** The row of faces at the top: a radio group, so that arrow keys move through it. */
export function mount(root) {
  store.on("workspace", () => draw(root));
  store.on("person", () => draw(root));
}

function draw(root) {
  const within = root.contains(document.activeElement);
  const faces = store.writers().filter((one) => !SECOND.has(one.id) || one.id === store.state.person).map((person) => {
    const input = h("input", { type: "radio", name: "person", value: person.id, class: "sr", checked: person.id === store.state.person, onchange: () => choose(person.id) });
    return h("label", { class: "face", title: `${person.name}: ${role(person)}` }, input, avatar(person.id), hidden(`${person.name}, ${role(person)}`));
  });
  const now = store.state.people.get(store.state.person);
  const chip = now ? h("span", { class: "person-now" }, h("strong", {}, now.name), h("span", {}, role(now))) : null;
  replace(root, h("fieldset", { class: "faces-row" }, h("legend", { class: "sr" }, "You are"), faces), chip);
  if (within) root.querySelector("input:checked")?.focus();
}
