// Buttons, also those with an address.
import { h } from "../dom.js";
import { plainText, spoken } from "../mrkdwn.js";
import { safeHref } from "../dom.js";

export function button(one, block, context) {
  if (hiddenFrom(one, context)) return null;
  const style = ["primary", "danger"].includes(one.style) ? one.style : "";
  const press = (event) => {
    const node = event.currentTarget;
    if (one.url && safeHref(one.url)) window.open(safeHref(one.url), "_blank", "noopener,noreferrer");
    context.act({ block, element: one, selected: {}, node });
  };
  const text = one.text?.text ?? "";
  const label = one.accessibility_label ?? (one.url ? `${spoken(text)} (opens a new tab)` : undefined);
  return h("button", { type: "button", class: `btn ${style}`.trim(), "aria-label": label, data: { action: one.action_id ?? "" }, onclick: press }, plainText(text));
}

/** `visible_to_user_ids` is cosmetic, as in Slack: the bot authorises the click again. */
function hiddenFrom(one, context) {
  return Array.isArray(one.visible_to_user_ids) && one.visible_to_user_ids.length > 0 && !one.visible_to_user_ids.includes(context.person);
}
