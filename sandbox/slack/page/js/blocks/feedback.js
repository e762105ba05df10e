// context_actions: thumbs and icon buttons.
import { h } from "../dom.js";
import { icon } from "../icons.js";

export function contextActions(block, context) {
  return h("div", { class: "context-actions" }, (block.elements ?? []).map((one) => (one.type === "feedback_buttons" ? thumbs(one, block, context) : iconButton(one, block, context))));
}

function thumbs(one, block, context) {
  const press = (choice) => (event) => {
    for (const node of event.currentTarget.parentElement.children) node.setAttribute("aria-pressed", String(node === event.currentTarget));
    context.act({ block, element: one, selected: { value: choice.value, text: choice.text }, node: event.currentTarget });
  };
  const thumb = (choice, sign, fallback) =>
    h("button", { type: "button", class: "btn icon-only", "aria-pressed": "false", "aria-label": choice?.accessibility_label ?? choice?.text?.text ?? fallback, title: choice?.text?.text, onclick: press(choice ?? {}) }, icon(sign));
  return h("span", { class: "thumbs", role: "group", "aria-label": "Feedback" }, thumb(one.positive_button, "up", "Good answer"), thumb(one.negative_button, "down", "Bad answer"));
}

function iconButton(one, block, context) {
  const press = (event) => context.act({ block, element: one, selected: {}, node: event.currentTarget });
  const text = one.text?.text ?? one.icon;
  return h("button", { type: "button", class: "btn icon-only", "aria-label": one.accessibility_label ?? text, title: text, onclick: press }, icon(one.icon === "trash" ? "cross" : "more"));
}
