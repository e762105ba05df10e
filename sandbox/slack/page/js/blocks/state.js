// What stands in the inputs of a message or view, in the shape that Slack calls `state.values`.

const readers = new WeakMap();

/** Marks a control as stateful; `read` gives its part of the state, e.g. `{selected_option: {...}}`. */
export function stateful(node, block, element, read) {
  node.setAttribute("data-state", "");
  readers.set(node, { block: block.block_id, action: element.action_id, type: element.type, read });
  return node;
}

export function valuesIn(root, within = "") {
  const values = {};
  for (const node of root?.querySelectorAll(`${within}[data-state]`) ?? []) {
    const { block, action, type, read } = readers.get(node);
    (values[block] ??= {})[action] = { type, ...read() };
  }
  return values;
}
