// The table block, and the data_table block with sorting, filtering and pages.
import { h, hidden, replace, uid } from "../dom.js";
import { richText } from "../richtext.js";
import { element } from "./elements.js";

export function table(block) {
  const [head, ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const row = (cells, tag) => h("tr", {}, cells.map((one, column) => cell(one, tag, settings[column])));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {}, h("thead", {}, row(head ?? [], "th")), h("tbody", {}, rows.map((cells) => row(cells, "td")))));
}

function cell(one, tag, setting = {}) {
  const align = setting?.align && setting.align !== "left" ? `align-${setting.align}` : "";
  const kind = [align, setting?.is_wrapped ? "wrap" : "", one?.type === "raw_number" ? "number" : ""].join(" ").trim();
  return h(tag, { class: kind || undefined, scope: tag === "th" ? "col" : undefined }, cellContent(one));
}

function cellContent(one, context) {
  if (!one) return "";
  if (one.type === "rich_text") return richText(one);
  if (one.type === "action") return element(one.element ?? one.action, {}, context);
  return String(one.text ?? one.value ?? "");
}

const plain = (one) => (one?.type === "rich_text" ? richText(one).textContent : String(one?.text ?? one?.value ?? ""));

function compare(left, right) {
  const numbers = [plain(left), plain(right)].map((text) => Number.parseFloat(text.replaceAll(",", "")));
  return numbers.every(Number.isFinite) ? numbers[0] - numbers[1] : plain(left).localeCompare(plain(right));
}

export function dataTable(block, context) {
  const [head = [], ...rows] = block.rows ?? [];
  const view = { page: 0, size: Number(block.page_size) || 5, sort: -1, down: false, filter: "" };
  const root = h("div", { class: "data-table" });
  const parts = { body: h("tbody"), pager: h("div", { class: "pager" }), columns: [] };
  const draw = () => drawTable(block, rows, view, parts, draw, context);
  parts.columns = head.map((one, column) => columnHead(plain(one), column, view, draw));
  const id = uid("caption");
  replace(root, rows.length > view.size ? filterBox(block, view, draw) : null,
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-labelledby": id },
      h("table", {}, h("caption", { id }, block.caption), h("thead", {}, h("tr", {}, parts.columns)), parts.body)), parts.pager);
  draw();
  return root;
}

function columnHead(name, column, view, draw) {
  const sort = () => {
    view.down = view.sort === column ? !view.down : false;
    view.sort = column;
    view.page = 0;
    draw();
  };
  return h("th", { scope: "col" }, h("button", { type: "button", class: "sort", onclick: sort }, name, h("span", { class: "sort-mark", "aria-hidden": "true" })));
}

function filterBox(block, view, draw) {
  const change = (event) => {
    view.filter = event.target.value.toLowerCase();
    view.page = 0;
    draw();
  };
  return h("label", { class: "filter" }, hidden(`Filter ${block.caption}`), h("input", { type: "search", placeholder: "Filter rows", oninput: change }));
}

function drawTable(block, rows, view, parts, draw, context) {
  const kept = rows.filter((cells) => !view.filter || cells.some((one) => plain(one).toLowerCase().includes(view.filter)));
  if (view.sort >= 0) kept.sort((left, right) => compare(left[view.sort], right[view.sort]) * (view.down ? -1 : 1));
  const pages = Math.max(1, Math.ceil(kept.length / view.size));
  view.page = Math.min(view.page, pages - 1);
  const shown = kept.slice(view.page * view.size, (view.page + 1) * view.size);
  const header = Number(block.row_header_column_index ?? 0);
  replace(parts.body, shown.map((cells) => h("tr", {}, cells.map((one, column) =>
    h(column === header ? "th" : "td", { scope: column === header ? "row" : undefined, class: one?.type === "raw_number" ? "number" : undefined }, cellContent(one, context))))));
  parts.columns.forEach((node, column) => node.setAttribute("aria-sort", column === view.sort ? (view.down ? "descending" : "ascending") : "none"));
  drawPager(parts.pager, view, pages, kept.length, draw);
}

function drawPager(node, view, pages, count, draw) {
  const turn = (by) => () => {
    view.page += by;
    draw();
    node.querySelector(`button[data-by="${by}"]:not(:disabled), button:not(:disabled)`)?.focus();
  };
  const button = (label, by, off) => h("button", { type: "button", class: "btn small", disabled: off, data: { by: String(by) }, onclick: turn(by) }, label);
  const text = `${count} row${count === 1 ? "" : "s"}, page ${view.page + 1} of ${pages}`;
  replace(node, h("span", { class: "muted", "aria-live": "polite" }, text), pages > 1 ? [button("Previous", -1, view.page === 0), button("Next", 1, view.page >= pages - 1)] : null);
}
