// Menus of every source: static, users, conversations, channels; one or several.
import { h } from "../dom.js";
import * as store from "../store.js";
import { stateful } from "./state.js";

const label = (option) => option.text?.text ?? option.value;
const SINGLE = { users: "selected_user", conversations: "selected_conversation", channels: "selected_channel" };
const SEVERAL = { users: "selected_users", conversations: "selected_conversations", channels: "selected_channels" };

function source(one) {
  const kind = one.type.replace(/^multi_/, "").replace(/_select$/, "");
  if (kind === "users") return { kind, groups: [{ options: [...store.state.people.values()].map((person) => asOption(person.id, person.name)) }] };
  if (kind === "channels" || kind === "conversations") {
    const channels = store.channelsOf(store.state.person).filter((channel) => channel.kind !== "im");
    return { kind, groups: [{ options: channels.map((channel) => asOption(channel.id, `#${channel.name}`)) }] };
  }
  return { kind, groups: one.option_groups ?? [{ options: one.options ?? [] }] };
}

const asOption = (value, text) => ({ value, text: { type: "plain_text", text } });

function build(one, block, context, id, { several, kept }) {
  const { kind, groups } = source(one);
  const options = groups.flatMap((group) => group.options ?? []);
  const option = (item) => h("option", { value: item.value, selected: kept.includes(item.value) }, label(item));
  const filled = groups.map((group) => (group.label ? h("optgroup", { label: group.label.text }, (group.options ?? []).map(option)) : (group.options ?? []).map(option)));
  const placeholder = several ? null : h("option", { value: "", selected: kept.length === 0, disabled: true, hidden: true }, one.placeholder?.text ?? "Choose…");
  const change = () => context.act({ block, element: one, selected: read(), node, quiet: block.type === "input" && !block.dispatch_action, undo });
  const node = h("select", { id, class: "select", multiple: several, size: several ? Math.min(Math.max(options.length, 2), 5) : undefined, "aria-label": id ? undefined : (one.placeholder?.text ?? one.action_id), data: { action: one.action_id ?? "" }, onchange: change }, placeholder, filled);
  const read = () => reading(kind, several, [...node.selectedOptions].map((item) => item.value).filter(Boolean), options);
  const undo = () => {
    for (const item of node.options) item.selected = kept.includes(item.value) || (item.value === "" && kept.length === 0);
  };
  return stateful(node, block, one, read);
}

function reading(kind, several, values, options) {
  if (several) return SEVERAL[kind] ? { [SEVERAL[kind]]: values } : { selected_options: options.filter((option) => values.includes(option.value)) };
  if (SINGLE[kind]) return { [SINGLE[kind]]: values[0] ?? null };
  return { selected_option: options.find((option) => option.value === values[0]) ?? null };
}

export function select(one, block, context, id) {
  const before = context.initial(block.block_id, one.action_id) ?? {};
  const kept = before.selected_option?.value ?? before.selected_user ?? before.selected_channel ?? before.selected_conversation ??
    one.initial_option?.value ?? one.initial_user ?? one.initial_channel ?? one.initial_conversation;
  return build(one, block, context, id, { several: false, kept: kept ? [kept] : [] });
}

export function multiSelect(one, block, context, id) {
  const before = context.initial(block.block_id, one.action_id) ?? {};
  const options = (before.selected_options ?? one.initial_options ?? []).map((option) => option.value);
  const ids = before.selected_users ?? one.initial_users ?? before.selected_channels ?? one.initial_channels ?? before.selected_conversations ?? one.initial_conversations ?? [];
  return build(one, block, context, id, { several: true, kept: [...options, ...ids] });
}
