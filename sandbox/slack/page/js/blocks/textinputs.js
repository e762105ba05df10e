// Text, e-mail, address and number inputs.
import { h } from "../dom.js";
import { stateful } from "./state.js";

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text", plain_text_input: "text" };

export function textInput(one, block, context, id) {
  const kept = context.initial(block.block_id, one.action_id)?.value ?? one.initial_value ?? "";
  const rich = one.type === "rich_text_input";
  const shared = {
    id,
    class: "text-input",
    placeholder: one.placeholder?.text,
    maxlength: one.max_length,
    "aria-label": id ? undefined : (one.placeholder?.text ?? one.action_id),
    inputmode: one.type === "number_input" ? "decimal" : undefined,
    autocomplete: "off",
    onkeydown: (event) => dispatch(event, one, block, context),
  };
  const node = one.multiline || rich ? h("textarea", { ...shared, rows: 4 }, kept) : h("input", { ...shared, type: TYPES[one.type] ?? "text", value: kept });
  return stateful(node, block, one, () => (rich ? { rich_text_value: asRichText(node.value) } : { value: node.value || null }));
}

/** With `dispatch_action` Enter also tells the bot, as `dispatch_action_config` asks. */
function dispatch(event, one, block, context) {
  if (event.key !== "Enter" || event.shiftKey || !block.dispatch_action) return;
  event.preventDefault();
  context.act({ block, element: one, selected: { value: event.target.value }, node: event.target });
}

const asRichText = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });
