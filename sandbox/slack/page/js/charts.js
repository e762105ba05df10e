// The data_visualization block as SVG: pie, bar, line, area. Each has a name, a description and the same data as a table.
import { h, svg, uid } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 220;
const PAD = { left: 56, right: 12, top: 12, bottom: 30 };
const MARKS = ["circle", "square", "diamond", "triangle", "circle", "square"];

export function chart(block) {
  const data = block.chart ?? {};
  const table = data.type === "pie" ? pieData(data) : seriesData(data);
  const picture = data.type === "pie" ? pie(table) : axes(data.type, table, data.axis_config ?? {});
  const [title, caption] = [uid("chart"), uid("caption")];
  const label = `${data.type} chart: ${block.title}. ${summary(table)}`;
  return h(
    "figure",
    { class: "chart", "aria-labelledby": title },
    h("figcaption", { id: title, class: "chart-title" }, block.title),
    h("div", { class: data.type === "pie" ? "chart-body pie" : "chart-body" }, picture(label), legend(table, data.type)),
    h("details", { class: "chart-data" }, h("summary", {}, "Show data"), dataTable(table, caption, block.title)),
  );
}

function pieData(data) {
  const segments = (data.segments ?? []).map((one) => ({ label: String(one.label), value: Number(one.value) || 0 }));
  return { categories: segments.map((one) => one.label), series: [{ name: "Value", values: segments.map((one) => one.value) }], pie: true };
}

function seriesData(data) {
  const given = data.axis_config?.categories ?? (data.series?.[0]?.data ?? []).map((point) => point.label);
  const categories = given.map(String);
  const series = (data.series ?? []).map((one) => {
    const byLabel = new Map((one.data ?? []).map((point) => [String(point.label), Number(point.value)]));
    return { name: String(one.name ?? ""), values: categories.map((label) => (byLabel.has(label) ? byLabel.get(label) : null)) };
  });
  return { categories, series, pie: false, unit: data.axis_config?.y_label ?? "" };
}

function summary(table) {
  if (table.pie) return table.categories.map((label, index) => `${label} ${round(table.series[0].values[index])}`).join(", ");
  return table.series.map((one) => {
    const values = one.values.filter((value) => value !== null);
    return `${one.name}: from ${round(values[0])} to ${round(values.at(-1))} ${table.unit}, highest ${round(Math.max(...values))}`;
  }).join("; ");
}

export function round(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10_000) return Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);
  return Intl.NumberFormat(undefined, { maximumFractionDigits: size >= 100 ? 0 : size >= 1 ? 1 : 3 }).format(value);
}

function dataTable(table, id, title) {
  const names = table.series.map((one) => one.name);
  const head = h("tr", {}, h("th", { scope: "col" }, "Label"), names.map((name) => h("th", { scope: "col" }, name)));
  const rows = table.categories.map((label, index) =>
    h("tr", {}, h("th", { scope: "row" }, label), table.series.map((one) => h("td", { class: "number" }, one.values[index] ?? "–"))));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-labelledby": id },
    h("table", {}, h("caption", { id, class: "sr" }, `Data of ${title}`), h("thead", {}, head), h("tbody", {}, rows)));
}

function legend(table, type) {
  const names = table.pie ? table.categories : table.series.map((one) => one.name);
  if (!table.pie && names.length < 2 && !names[0]) return null;
  return h("ul", { class: "legend" }, names.map((name, index) => h("li", {}, key(index, type), name, table.pie ? share(table, index) : null)));
}

const key = (index, type) =>
  svg("svg", { class: "key", viewBox: "0 0 14 14", "aria-hidden": "true" },
    type === "line" || type === "area" ? mark(index, 7, 7, 5) : svg("rect", { class: `fill-${index}`, width: 14, height: 14, rx: 3 }));

function share(table, index) {
  const values = table.series[0].values;
  const total = values.reduce((sum, value) => sum + value, 0) || 1;
  return h("span", { class: "muted" }, ` ${round(values[index])} (${Math.round((100 * values[index]) / total)} %)`);
}

const picture = (label, width, height, children) =>
  svg("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, children);

function pie(table) {
  const values = table.series[0].values;
  const total = values.reduce((sum, value) => sum + value, 0) || 1;
  let from = 0;
  const slices = values.map((value, index) => {
    const to = from + value / total;
    const node = slice(from, to, index, `${table.categories[index]}: ${round(value)}`);
    from = to;
    return node;
  });
  return (label) => picture(label, 180, 180, slices);
}

function slice(from, to, index, title) {
  const name = svg("title", {}, title);
  if (to - from > 0.9999) return svg("circle", { class: `fill-${index} slice`, cx: 90, cy: 90, r: 80 }, name);
  const point = (part) => [90 + 80 * Math.sin(2 * Math.PI * part), 90 - 80 * Math.cos(2 * Math.PI * part)].map((one) => one.toFixed(2)).join(" ");
  const path = `M90 90L${point(from)}A80 80 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}Z`;
  return svg("path", { class: `fill-${index} slice`, d: path }, name);
}

/** Round steps from at most zero to at least the highest value. */
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 1e-9);
  const raw = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw) ?? raw;
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(high / step) * step, bottom + step);
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) => bottom + index * step);
  return { bottom, top, ticks };
}

function axes(type, table, config) {
  const values = table.series.flatMap((one) => one.values.filter((value) => value !== null));
  const range = scale(values.length ? values : [0, 1]);
  const inner = { width: WIDTH - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom };
  const y = (value) => PAD.top + inner.height * (1 - (value - range.bottom) / (range.top - range.bottom));
  const band = inner.width / Math.max(table.categories.length, 1);
  const x = (index) => PAD.left + band * (index + 0.5);
  const draw = { bar: bars, line: lines, area: areas }[type] ?? lines;
  const marks = table.series.flatMap((one, index) => draw(one, index, { x, y, band, count: table.series.length, zero: y(Math.max(0, range.bottom)), categories: table.categories }));
  return (label) => picture(label, WIDTH, HEIGHT, [grid(range, y, config), labels(table.categories, x, config), marks]);
}

function grid(range, y, config) {
  const rules = range.ticks.flatMap((tick) => [
    svg("line", { class: "grid", x1: PAD.left, x2: WIDTH - PAD.right, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "tick", x: PAD.left - 8, y: y(tick) + 4, "text-anchor": "end" }, round(tick)),
  ]);
  const title = config.y_label ? [svg("text", { class: "axis", x: 12, y: HEIGHT / 2 - 8, transform: `rotate(-90 12 ${HEIGHT / 2 - 8})`, "text-anchor": "middle" }, config.y_label)] : [];
  return [...rules, ...title];
}

function labels(categories, x, config) {
  const every = Math.ceil(categories.length / 8);
  const shown = categories.map((label, index) => (index % every ? null : svg("text", { class: "tick", x: x(index), y: HEIGHT - 12, "text-anchor": "middle" }, label)));
  const title = config.x_label ? svg("text", { class: "axis", x: WIDTH - PAD.right, y: HEIGHT - 1, "text-anchor": "end" }, config.x_label) : null;
  return [...shown, title];
}

function bars(one, index, at) {
  const width = Math.min((at.band * 0.72) / at.count, 48);
  return one.values.map((value, place) => {
    if (value === null) return null;
    const left = at.x(place) - (width * at.count) / 2 + width * index;
    const box = { x: left + 1, y: Math.min(at.y(value), at.zero), width: Math.max(width - 2, 1), height: Math.max(Math.abs(at.y(value) - at.zero), 1), rx: 2 };
    return svg("rect", { class: `fill-${index}`, ...box }, svg("title", {}, `${one.name} ${at.categories[place]}: ${value}`));
  });
}

function points(one, at) {
  return one.values.map((value, place) => (value === null ? null : [at.x(place), at.y(value), place, value])).filter(Boolean);
}

function lines(one, index, at) {
  const all = points(one, at);
  const path = all.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const dots = all.length > 30 ? [] : all.map(([x, y, place, value]) => mark(index, x, y, 3.4, `${one.name} ${at.categories[place]}: ${value}`));
  return [svg("path", { class: `line line-${index}`, d: path }), ...dots];
}

function areas(one, index, at) {
  const all = points(one, at);
  if (!all.length) return [];
  const path = all.map(([x, y]) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const shape = `M${all[0][0].toFixed(1)} ${at.zero}${path}L${all.at(-1)[0].toFixed(1)} ${at.zero}Z`;
  return [svg("path", { class: `area fill-${index}`, d: shape }), ...lines(one, index, at)];
}

/** Series differ in shape as well as in colour. */
function mark(index, x, y, size, title) {
  const shapes = {
    circle: () => ["circle", { cx: x, cy: y, r: size }],
    square: () => ["rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size }],
    diamond: () => ["path", { d: `M${x} ${y - size * 1.3}L${x + size * 1.3} ${y}L${x} ${y + size * 1.3}L${x - size * 1.3} ${y}Z` }],
    triangle: () => ["path", { d: `M${x} ${y - size * 1.2}L${x + size * 1.2} ${y + size}L${x - size * 1.2} ${y + size}Z` }],
  };
  const [tag, place] = shapes[MARKS[index % MARKS.length]]();
  return svg(tag, { class: `mark fill-${index}`, ...place }, title ? svg("title", {}, title) : null);
}
