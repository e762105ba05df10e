// Date, time, and both: the browser's own pickers, with Slack's values.
import { h } from "../dom.js";
import { stateful } from "./state.js";

function picker(type, read, initial) {
  return (one, block, context, id) => {
    const before = context.initial(block.block_id, one.action_id) ?? {};
    const change = () => context.act({ block, element: one, selected: read(node.value), node, quiet: block.type === "input" && !block.dispatch_action });
    const node = h("input", { type, id, class: "text-input narrow", value: initial(one, before), "aria-label": id ? undefined : (one.placeholder?.text ?? one.action_id), onchange: change });
    return stateful(node, block, one, () => read(node.value));
  };
}

const local = (seconds) => {
  if (!seconds) return undefined;
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export const dateTimePickers = {
  datepicker: picker("date", (value) => ({ selected_date: value || null }), (one, before) => before.selected_date ?? one.initial_date),
  timepicker: picker("time", (value) => ({ selected_time: value || null }), (one, before) => before.selected_time ?? one.initial_time),
  datetimepicker: picker("datetime-local", (value) => ({ selected_date_time: value ? Math.round(new Date(value).getTime() / 1000) : null }), (one, before) => local(before.selected_date_time ?? one.initial_date_time)),
};
