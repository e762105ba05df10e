// The steps of an agent: task_card and plan.
import { h, link } from "../dom.js";
import { icon } from "../icons.js";
import { richText } from "../richtext.js";
import { textObject } from "../mrkdwn.js";

const STATUS = { pending: ["wait", "Pending"], in_progress: ["wait", "In progress"], complete: ["check", "Done"], error: ["warn", "Failed"] };

export function taskCard(block) {
  const status = Object.hasOwn(STATUS, block.status) ? block.status : "pending";
  const [sign, word] = STATUS[status];
  const mark = status === "in_progress" ? h("span", { class: "spinner", "aria-hidden": "true" }) : icon(sign);
  const head = [mark, h("span", { class: "task-title" }, text(block.title)), h("span", { class: "task-word" }, word)];
  const body = [block.details, block.output].filter(Boolean).map(rich);
  const sources = block.sources?.length ? h("div", { class: "sources" }, block.sources.map((one) => link(one.url, one.text ?? one.url))) : null;
  if (!body.length && !sources) return h("div", { class: `task task-${status}` }, h("div", { class: "task-head" }, head));
  return h("details", { class: `task task-${status}`, open: status !== "complete" }, h("summary", { class: "task-head" }, head), h("div", { class: "task-body" }, body, sources));
}

const text = (value) => (typeof value === "object" ? textObject(value) : String(value ?? ""));
const rich = (value) => (value?.type === "rich_text" ? richText(value) : h("div", {}, text(value)));

export function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((one) => one.status === "complete").length;
  return h("section", { class: "plan", "aria-label": `Plan: ${block.title?.text ?? block.title ?? ""}` },
    h("div", { class: "plan-head" }, h("strong", {}, text(block.title)), h("span", { class: "muted" }, `${done} of ${tasks.length} done`)),
    h("ol", {}, tasks.map((one) => h("li", {}, taskCard(one)))));
}
