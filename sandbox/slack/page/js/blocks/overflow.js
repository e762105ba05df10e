// The overflow menu: a button that opens a menu, worked by mouse or arrow keys.
import { h, safeHref, uid } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../mrkdwn.js";

export function overflow(one, block, context) {
  const id = uid("menu");
  const choose = (option) => {
    close();
    if (option.url && safeHref(option.url)) window.open(safeHref(option.url), "_blank", "noopener,noreferrer");
    context.act({ block, element: one, selected: { selected_option: option }, node: opener });
  };
  const items = (one.options ?? []).map((option) =>
    h("button", { type: "button", role: "menuitem", tabindex: "-1", class: "menu-item", onclick: () => choose(option) }, textObject(option.text)));
  const menu = h("div", { class: "menu", id, role: "menu", hidden: true, "aria-label": "More actions", onkeydown: (event) => move(event, items, close) }, items);
  const open = () => {
    menu.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    items[0]?.focus();
  };
  const close = (refocus = true) => {
    menu.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (refocus) opener.focus();
  };
  const opener = h("button", { type: "button", class: "btn icon-only", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id, "aria-label": "More actions", data: { action: one.action_id ?? "" }, onclick: () => (menu.hidden ? open() : close()) }, icon("more"));
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) close(false);
  };
  return h("span", { class: "menu-holder", onfocusout: leave }, opener, menu);
}

export function move(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key in steps) {
    event.preventDefault();
    items[(steps[event.key] + items.length) % items.length]?.focus();
  }
}
