// The actions block: a row of elements.
import { h } from "../dom.js";
import { element } from "./elements.js";

export function actions(block, context) {
  return h("div", { class: "actions" }, (block.elements ?? []).map((one) => element(one, block, context)));
}
