// One block in, one node out. A family of blocks is one module; what nobody knows is shown as its JSON, never lost.
import { h } from "../dom.js";
import { chart } from "../charts.js";
import { markdown } from "../markdown.js";
import { richText } from "../richtext.js";
import { alert, card, carousel, container } from "./cards.js";
import { actions } from "./actions.js";
import { contextActions } from "./feedback.js";
import { input } from "./input.js";
import { file, image, video } from "./media.js";
import { dataTable, table } from "./tables.js";
import { plan, taskCard } from "./tasks.js";
import { context, divider, header, section } from "./text.js";

const FAMILIES = {
  section, header, context, divider, image, file, video, actions, input, table, alert, card, carousel, container, plan,
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block),
  data_visualization: (block) => chart(block),
  data_table: dataTable,
  task_card: taskCard,
  context_actions: contextActions,
};

export function renderBlocks(blocks, context) {
  return (blocks ?? []).map((block) => renderBlock(block, context));
}

export function renderBlock(block, context) {
  const make = Object.hasOwn(FAMILIES, block.type) ? FAMILIES[block.type] : unknown;
  return h("div", { class: `block block-${String(block.type).replaceAll("_", "-")}`, data: { block: block.block_id ?? "" } }, make(block, context));
}

function unknown(block) {
  return h("details", { class: "unknown" }, h("summary", {}, `Block “${block.type}” (shown as JSON)`), h("pre", { class: "code", tabindex: "0" }, JSON.stringify(block, null, 2)));
}
