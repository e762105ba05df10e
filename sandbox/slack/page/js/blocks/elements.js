// Interactive elements, wherever they stand: in actions, as an accessory, in an input, on a card.
import { h } from "../dom.js";
import { dateTimePickers } from "./pickers.js";
import { button } from "./buttons.js";
import { checkboxes, radios } from "./choices.js";
import { overflow } from "./overflow.js";
import { multiSelect, select } from "./selects.js";
import { textInput } from "./textinputs.js";
import { picture } from "./media.js";

const ELEMENTS = {
  button,
  overflow,
  checkboxes,
  radio_buttons: radios,
  image: (one) => picture(one, "accessory-image"),
  workflow_button: button,
  ...dateTimePickers,
};

export function element(one, block, context, id) {
  const { type } = one;
  if (Object.hasOwn(ELEMENTS, type)) return ELEMENTS[type](one, block, context, id);
  if (/^multi_.*_select$/.test(type)) return multiSelect(one, block, context, id);
  if (/_select$/.test(type)) return select(one, block, context, id);
  if (/_input$/.test(type)) return textInput(one, block, context, id);
  return h("span", { class: "muted" }, `(${type})`);
}
