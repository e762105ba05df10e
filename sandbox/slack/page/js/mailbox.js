// What the mail server of this machine took: nothing of it left.
import * as api from "./api.js";
import { toast } from "./announce.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import * as times from "./times.js";

export async function mailbox() {
  try {
    const { mails } = await api.mails();
    show([...mails].reverse());
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(error.message, { error: true });
  }
}

function show(mails) {
  const none = h("p", { class: "muted" }, "No mail yet. The bot's notifications by e-mail come here; the policy says which.");
  const told = h("p", { class: "muted" }, "Taken by the mail server of this machine, which delivers none of them. The newest first.");
  const opened = openDialog({ title: "Mail that the bot sent", kind: "wide", body: mails.length ? [told, ...mails.map(one)] : [none], foot: [h("button", { type: "button", class: "btn", onclick: () => opened.close() }, "Close")] });
}

const one = (mail) => h("article", { class: "mail" }, h("h3", {}, mail.subject), h("p", { class: "muted" }, `${times.secondsOf(mail.at)} · from ${mail.from} · to ${mail.to.join(", ")}`), mail.pictures.map((part) => h("img", { src: part.url, alt: part.alt })), h("pre", { class: "code terminal", tabindex: "0", "aria-label": `Text of ${mail.subject}` }, mail.text));
