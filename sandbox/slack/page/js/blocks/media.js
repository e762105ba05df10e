// Images and files. What the page may not fetch (its policy allows only this server) is shown by its alternative text.
import { h, link } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../mrkdwn.js";

export function picture(element, kind = "") {
  const address = String(element.image_url ?? element.slack_file?.url ?? "");
  const own = address.startsWith("data:image/") || new URL(address || "/", location.href).origin === location.origin;
  if (!address || !own) return missing(element, kind);
  const shown = h("img", { class: kind, src: address, alt: element.alt_text ?? "", loading: "lazy" });
  shown.addEventListener("error", () => shown.replaceWith(missing(element, kind)), { once: true });
  return shown;
}

function missing(element, kind) {
  const text = element.alt_text || "image";
  if (kind) return h("span", { class: `${kind} no-image`, role: "img", "aria-label": text, title: text });
  return h("span", { class: "no-image-box" }, icon("eye"), h("span", {}, text));
}

export function image(block) {
  const title = block.title ? h("figcaption", {}, textObject(block.title)) : null;
  return h("figure", { class: "image" }, title, picture(block));
}

export function video(block) {
  return h("div", { class: "file-card" }, icon("file"), h("div", {}, block.title_url ? link(block.title_url, textObject(block.title)) : textObject(block.title), h("div", { class: "muted" }, textObject(block.description))));
}

export function file(block) {
  return h("div", { class: "file-card" }, icon("file"), h("div", {}, `File ${block.external_id ?? ""}`));
}

/** A file that was uploaded into a conversation. */
export function upload(one) {
  const address = one.url_private ?? one.permalink ?? "";
  if (String(one.mimetype ?? "").startsWith("image/")) return h("figure", { class: "image" }, h("figcaption", {}, one.title ?? one.name), picture({ image_url: address, alt_text: one.alt_txt ?? one.title }));
  const size = one.size ? ` · ${one.size > 2048 ? `${Math.round(one.size / 1024)} kB` : `${one.size} bytes`}` : "";
  const name = one.title || one.name || one.id;
  return h("div", { class: "file-card" }, icon("file"), h("div", {}, address ? link(address, name) : h("strong", {}, name), h("div", { class: "muted" }, `${one.pretty_type ?? one.filetype ?? "File"}${size}`)));
}
