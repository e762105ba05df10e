// The shortcodes that bots use most; an unknown one stays as it was typed.
import { h } from "./dom.js";

const CODES = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", rotating_light: "🚨", eyes: "👀", hourglass_flowing_sand: "⏳", hourglass: "⌛", no_entry: "⛔",
  no_entry_sign: "🚫", lock: "🔒", unlock: "🔓", key: "🔑", tada: "🎉", rocket: "🚀", fire: "🔥", bulb: "💡",
  mag: "🔍", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", moneybag: "💰",
  hammer_and_wrench: "🛠️", gear: "⚙️", wrench: "🔧", robot_face: "🤖", wave: "👋", pray: "🙏", ok_hand: "👌",
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", large_blue_circle: "🔵", white_circle: "⚪",
  information_source: "ℹ️", question: "❓", exclamation: "❗", memo: "📝", bell: "🔔", no_bell: "🔕", shield: "🛡️",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", repeat: "🔁", rewind: "⏪", heart: "❤️",
  slightly_smiling_face: "🙂", smile: "😄", thinking_face: "🤔", clock1: "🕐", calendar: "📅", link: "🔗", package: "📦",
};

export const known = (name) => Object.hasOwn(CODES, name.split("::")[0]);

export function emoji(name) {
  const code = CODES[name.split("::")[0]];
  if (!code) return `:${name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, code);
}

export const REACTIONS = ["eyes", "white_check_mark", "+1", "tada", "question"];
