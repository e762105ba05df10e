// Dialogs on the browser's own <dialog>: it keeps the focus inside, gives it back, and closes on Escape.
import { h, uid } from "./dom.js";
import { lost, remembered } from "./focus.js";
import { icon } from "./icons.js";
import { plainText, textObject } from "./mrkdwn.js";

/** Opens a dialog; `onclose` runs once, however it was closed. Answers the element and its parts. */
export function openDialog({ title, kind = "", body = [], foot = [], onclose = () => {}, role }) {
  const id = uid("dialog");
  const close = () => dialog.close();
  const back = remembered(document.activeElement);
  const parts = {
    title: h("h2", { id, class: "dialog-title" }, title),
    body: h("div", { class: "dialog-body" }, body),
    foot: h("div", { class: "dialog-foot" }, foot),
  };
  const head = h("div", { class: "dialog-head" }, parts.title, h("button", { type: "button", class: "btn icon-only", "aria-label": "Close", onclick: close }, icon("close")));
  const dialog = h("dialog", { class: `dialog ${kind}`.trim(), "aria-labelledby": id, role }, head, parts.body, parts.foot);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (lost()) back(); // what opened it was drawn anew meanwhile, so the browser could not find it
    onclose();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close, ...parts };
}

/** Slack's confirm object; true when the person confirmed. */
export function confirm(object) {
  return new Promise((resolve) => {
    let answer = false;
    const style = object.style === "danger" ? "danger" : "primary";
    const choose = (value) => () => {
      answer = value;
      opened.close();
    };
    const deny = h("button", { type: "button", class: "btn", onclick: choose(false) }, plainText(object.deny?.text ?? "Cancel"));
    const yes = h("button", { type: "button", class: `btn ${style}`, onclick: choose(true) }, plainText(object.confirm?.text ?? "Confirm"));
    const opened = openDialog({ title: plainText(object.title?.text ?? "Are you sure?"), kind: "confirm", role: "alertdialog", body: h("div", {}, textObject(object.text)), foot: [deny, yes], onclose: () => resolve(answer) });
    deny.focus();
  });
}
