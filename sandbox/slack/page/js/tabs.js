// A tab list: arrow keys move, one panel is shown.
import { h, replace, uid } from "./dom.js";

/** `tabs`: [{name, draw(panel)}]. Answers {root, show(name), redraw(name)}. */
export function tabList(label, tabs) {
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: uid("panel"), tabindex: "0" });
  const buttons = tabs.map((tab) => h("button", { type: "button", role: "tab", class: "tab", id: uid("tab"), "aria-controls": panel.id, onclick: () => show(tab.name) }, tab.name));
  let current = tabs[0].name;
  const draw = () => {
    const index = tabs.findIndex((tab) => tab.name === current);
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[index].id);
    const held = panel.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    replace(panel, tabs[index].draw());
    if (held) panel.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  };
  const show = (name) => {
    current = name;
    draw();
  };
  const move = (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = (buttons.indexOf(document.activeElement) + steps[event.key] + buttons.length) % buttons.length;
    show(tabs[next].name);
    buttons[next].focus();
  };
  const root = h("div", { class: "tabbed" }, h("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown: move }, buttons), panel);
  draw();
  return { root, show, redraw: (name) => name === current && draw(), current: () => current };
}
