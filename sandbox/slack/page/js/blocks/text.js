// Blocks that are mostly text.
import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { element } from "./elements.js";
import { picture } from "./media.js";

export function section(block, context) {
  const text = block.text ? h("div", { class: "section-text" }, textObject(block.text)) : null;
  const fields = block.fields?.length ? h("div", { class: "fields" }, block.fields.map((one) => h("div", { class: "field" }, textObject(one)))) : null;
  const accessory = block.accessory ? h("div", { class: "accessory" }, element(block.accessory, block, context)) : null;
  return h("div", { class: "section" }, h("div", { class: "section-main" }, text, fields), accessory);
}

export function header(block, context) {
  const level = context.surface === "message" ? 3 : 2;
  return h("div", { class: "header", role: "heading", "aria-level": String(level) }, textObject(block.text));
}

export const divider = () => h("hr", { class: "divider" });

export function context(block) {
  const shown = (block.elements ?? []).map((one) => (one.type === "image" ? picture(one, "context-image") : h("span", { class: "context-text" }, textObject(one))));
  return h("div", { class: "context" }, shown);
}
