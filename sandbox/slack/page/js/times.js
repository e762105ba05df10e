// Times in the viewer's own zone and language.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const medium = new Intl.DateTimeFormat(undefined, { month: "long", day: "numeric", year: "numeric" });
const short = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", year: "numeric" });
const numeric = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

export const dateOf = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const time = (ts) => clock.format(dateOf(ts));
export const exact = (ts) => `${medium.format(dateOf(ts))}, ${seconds.format(dateOf(ts))}`;
export const secondsOf = (ts) => seconds.format(dateOf(ts));
export const sameDay = (left, right) => dateOf(left).toDateString() === dateOf(right).toDateString();

function relative(date, form) {
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  return { 0: "Today", "-1": "Yesterday", 1: "Tomorrow" }[days] ?? form.format(date);
}

export const dayOf = (ts) => relative(dateOf(ts), day);

/** Slack's date tokens: `{date_short_pretty} {time}` and their like. */
export function tokens(ts, format) {
  const date = dateOf(ts);
  const words = {
    date: medium.format(date),
    date_num: numeric.format(date),
    date_slash: numeric.format(date).replaceAll("-", "/"),
    date_short: short.format(date),
    date_long: long.format(date),
    date_long_full: long.format(date),
    date_pretty: relative(date, medium),
    date_short_pretty: relative(date, short),
    date_long_pretty: relative(date, long),
    day_divider_pretty: relative(date, day),
    time: clock.format(date),
    time_secs: seconds.format(date),
    ago: ago(date),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);
}

export function ago(date) {
  const passed = Math.max(0, (Date.now() - date.getTime()) / 1000);
  if (passed < 60) return `${Math.round(passed)} s ago`;
  if (passed < 3600) return `${Math.round(passed / 60)} min ago`;
  return passed < 86_400 ? `${Math.round(passed / 3600)} h ago` : `${Math.round(passed / 86_400)} d ago`;
}
