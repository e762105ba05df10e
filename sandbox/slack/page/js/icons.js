// Small line icons, drawn here so that no font or file has to be fetched.
import { svg } from "./dom.js";

const PATHS = {
  hash: "M4 9h16M4 15h16M10 3 8 21M16 3l-2 18",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  shared: "M4 7h9v9H4zM11 11h9v9h-9z",
  thread: "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12.5h5",
  code: "m9 7-5 5 5 5M15 7l5 5-5 5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 4.5 21 12 4 19.5l2.5-7.5zM6.5 12H13",
  menu: "M4 6h16M4 12h16M4 18h16",
  sun: "M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M19 5l-1.7 1.7M6.7 17.3 5 19",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  pulse: "M2.5 12h4l3-8 5 16 3-8h4",
  home: "M4 11.5 12 4l8 7.5V20h-5.5v-5h-5v5H4z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  up: "M7 11v9H4v-9zM7 11l4-8c2 0 2.6 1.6 2.2 3.4L12.5 10H19a1.6 1.6 0 0 1 1.5 2l-1.6 6.6A1.8 1.8 0 0 1 17.2 20H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-2 0-2.6-1.6-2.2-3.4l.7-3.6H5a1.6 1.6 0 0 1-1.5-2l1.6-6.6A1.8 1.8 0 0 1 6.8 4H17",
  check: "m4.5 12.5 5 5 10-11",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  warn: "M12 3.5 2.5 20h19zM12 10v4.5M12 17.2v.1",
  info: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 11v5.5M12 7.6v.1",
  wait: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 7v5l3.5 2",
  route: "M6 19a2.5 2.5 0 1 0 0-.01M18 5a2.5 2.5 0 1 0 0-.01M8.5 19H16a3.5 3.5 0 0 0 0-7H8a3.5 3.5 0 0 1 0-7h7.5",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4",
  stop: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M6 12h12",
  ask: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M9.3 9.5a2.7 2.7 0 1 1 3.9 2.4c-.8.4-1.2 1-1.2 1.9M12 17.2v.1",
  bars: "M5 20V11M12 20V5M19 20v-6M3 20h18",
  dot: "M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  play: "M7 4.5v15l12-7.5z",
  gear: "M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5 21 21",
  back: "M9 5 4 10l5 5M4 10h10a5.5 5.5 0 0 1 0 11h-3",
  power: "M12 3v9M7 6.2a8 8 0 1 0 10 0",
  pencil: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5 17.5 10",
  shield: "M12 3l8 3v6c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V6zM8.5 12l2.5 2.5 4.5-5",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  smile: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.1M15 9.5v.1",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17",
  mail: "M3 6h18v12H3zM3.5 7l8.5 6.5L20.5 7",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
};

/** An icon that screen readers skip; its meaning is always also in words next to it or in the label. */
export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, svg("path", { d: PATHS[name] ?? PATHS.info }));
}
