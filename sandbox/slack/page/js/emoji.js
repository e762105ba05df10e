// The shortcodes that bots use most; an unknown one stays as it was typed.
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Drawn here, so that the marks which a story hangs on look the same on every machine, also without an emoji font. */
const DRAWN = {
  eyes: ["eye", "plain"], white_check_mark: ["check", "good"], heavy_check_mark: ["check", "good"], x: ["cross", "bad"],
  "+1": ["up", "warm"], thumbsup: ["up", "warm"], "-1": ["down", "warm"], thumbsdown: ["down", "warm"], warning: ["warn", "warm"],
  rotating_light: ["bell", "bad"], bell: ["bell", "warm"], hourglass: ["wait", "plain"], hourglass_flowing_sand: ["wait", "plain"],
  no_entry: ["stop", "bad"], no_entry_sign: ["stop", "bad"], lock: ["lock", "warm"], shield: ["shield", "plain"], memo: ["pencil", "plain"],
  information_source: ["info", "plain"], link: ["link", "plain"], bar_chart: ["bars", "plain"], question: ["ask", "warm"], grey_question: ["ask", "plain"],
  arrow_forward: ["play", "plain"], gear: ["gear", "plain"], mag: ["search", "plain"], leftwards_arrow_with_hook: ["back", "warm"],
  large_green_circle: ["dot", "good"], red_circle: ["dot", "bad"], large_yellow_circle: ["dot", "warm"], large_blue_circle: ["dot", "plain"],
};

const CODES = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", rotating_light: "🚨", eyes: "👀", hourglass_flowing_sand: "⏳", hourglass: "⌛", no_entry: "⛔",
  no_entry_sign: "🚫", lock: "🔒", unlock: "🔓", key: "🔑", tada: "🎉", rocket: "🚀", fire: "🔥", bulb: "💡",
  mag: "🔍", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", moneybag: "💰",
  hammer_and_wrench: "🛠️", gear: "⚙️", wrench: "🔧", robot_face: "🤖", wave: "👋", pray: "🙏", ok_hand: "👌",
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", large_blue_circle: "🔵", white_circle: "⚪",
  information_source: "ℹ️", question: "❓", exclamation: "❗", memo: "📝", bell: "🔔", no_bell: "🔕", shield: "🛡️",
  arrow_forward: "▶️", leftwards_arrow_with_hook: "↩️", grey_question: "❔", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", repeat: "🔁", rewind: "⏪", heart: "❤️",
  slightly_smiling_face: "🙂", smile: "😄", thinking_face: "🤔", clock1: "🕐", calendar: "📅", link: "🔗", package: "📦",
};

export const known = (name) => Object.hasOwn(CODES, name.split("::")[0]);

export function emoji(name) {
  const plain = name.split("::")[0];
  const facts = { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` };
  if (Object.hasOwn(DRAWN, plain)) return h("span", { class: `emoji drawn is-${DRAWN[plain][1]}`, ...facts }, icon(DRAWN[plain][0]));
  return known(plain) ? h("span", { class: "emoji", ...facts }, CODES[plain]) : `:${name}:`;
}

export const REACTIONS = ["eyes", "white_check_mark", "+1"];
