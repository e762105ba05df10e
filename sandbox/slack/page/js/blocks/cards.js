// Alert, card, carousel and container.
import { h, hidden } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../mrkdwn.js";
import { richText } from "../richtext.js";
import { element } from "./elements.js";
import { renderBlocks } from "./index.js";
import { picture } from "./media.js";

const LEVELS = { info: ["info", "Information"], warning: ["warn", "Warning"], error: ["warn", "Error"], success: ["check", "Success"], default: ["info", "Note"] };

export function alert(block) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  const [sign, word] = LEVELS[level];
  return h("div", { class: `alert alert-${level}`, role: "note" }, icon(sign), hidden(`${word}: `), h("div", {}, textObject(block.text)));
}

export function card(block, context) {
  const buttons = block.actions?.length ? h("div", { class: "actions" }, block.actions.map((one) => element(one, block, context))) : null;
  const titles = h("div", { class: "card-titles" },
    block.title ? h("div", { class: "card-title" }, textObject(block.title)) : null,
    block.subtitle ? h("div", { class: "muted" }, textObject(block.subtitle)) : null);
  return h("article", { class: "card" },
    block.hero_image ? picture(block.hero_image, "card-hero") : null,
    h("div", { class: "card-head" }, block.icon ? picture(block.icon, "card-icon") : null, titles),
    block.body ? h("div", { class: "card-body" }, textObject(block.body)) : null,
    block.subtext ? h("div", { class: "muted" }, textObject(block.subtext)) : null, buttons);
}

export function carousel(block, context) {
  const cards = (block.elements ?? block.cards ?? []).map((one) => h("li", {}, card(one, context)));
  return h("div", { class: "carousel", role: "region", "aria-label": "Cards", tabindex: "0" }, h("ul", {}, cards));
}

export function container(block, context) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : h("span", { class: "container-title" }, textObject(block.title));
  const head = [block.icon ? picture(block.icon, "card-icon") : null, h("span", {}, title, block.subtitle ? h("span", { class: "muted block" }, textObject(block.subtitle)) : null)];
  const body = h("div", { class: "container-body" }, renderBlocks(block.child_blocks, context));
  const kind = `container width-${["narrow", "standard", "wide", "full"].includes(block.width) ? block.width : "standard"}`;
  if (block.is_collapsible) return h("details", { class: kind, open: !block.default_collapsed }, h("summary", { class: "container-head" }, head), body);
  return h("div", { class: `${kind}${block.has_header_divider ? " ruled" : ""}` }, h("div", { class: "container-head" }, head), body);
}
