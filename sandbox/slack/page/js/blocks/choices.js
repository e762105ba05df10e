// Checkboxes and radio buttons.
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { stateful } from "./state.js";

const same = (left, right) => left?.value === right?.value;

function choices(kind, one, block, context, id, chosen, wrap) {
  const name = uid("choice");
  const change = () => context.act({ block, element: one, selected: read(), node: root, quiet: block.type === "input" && !block.dispatch_action });
  const boxes = (one.options ?? []).map((option) => {
    const box = h("input", { type: kind, name, value: option.value, checked: chosen.some((other) => same(other, option)), onchange: change });
    return { box, option, row: h("label", { class: "choice" }, box, h("span", {}, textObject(option.text), option.description ? h("span", { class: "muted block" }, textObject(option.description)) : null)) };
  });
  const read = () => wrap(boxes.filter(({ box }) => box.checked).map(({ option }) => option));
  const root = h("div", { class: "choices", id, role: kind === "radio" ? "radiogroup" : "group", "aria-label": block.label?.text ?? one.action_id }, boxes.map(({ row }) => row));
  return stateful(root, block, one, read);
}

export function checkboxes(one, block, context, id) {
  const kept = context.initial(block.block_id, one.action_id)?.selected_options ?? one.initial_options ?? [];
  return choices("checkbox", one, block, context, id, kept, (options) => ({ selected_options: options }));
}

export function radios(one, block, context, id) {
  const kept = context.initial(block.block_id, one.action_id)?.selected_option ?? one.initial_option;
  return choices("radio", one, block, context, id, kept ? [kept] : [], (options) => ({ selected_option: options[0] ?? null }));
}
