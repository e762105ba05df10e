// The input block: label, element, hint, and the place where an error is told.
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { element } from "./elements.js";

export function input(block, context) {
  const [id, hint, error] = [uid("field"), uid("hint"), uid("error")];
  const control = element(block.element ?? {}, block, context, id);
  const grouped = control.matches(".choices");
  control.setAttribute("aria-describedby", [block.hint ? hint : "", error].join(" ").trim());
  if (!block.optional && !grouped) control.setAttribute("aria-required", "true");
  const label = grouped ? h("span", { class: "label" }) : h("label", { class: "label", for: id });
  label.append(...[textObject(block.label)].flat(), ...(block.optional ? [h("span", { class: "muted" }, " (optional)")] : []));
  return h("div", { class: "input", data: { input: block.block_id ?? "", optional: block.optional ? "yes" : "" } }, label, control,
    block.hint ? h("div", { class: "muted hint", id: hint }, textObject(block.hint)) : null,
    h("div", { class: "field-error", id: error, hidden: true }));
}

/** Show or clear what is wrong with one field; answers the control, so that it can take the focus. */
export function setError(holder, text) {
  const place = holder.querySelector(".field-error");
  const control = holder.querySelector("[data-state]");
  place.textContent = text ?? "";
  place.hidden = !text;
  if (text) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
  return control?.matches(".choices") ? control.querySelector("input") : control;
}
