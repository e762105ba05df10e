// Dark and light: the system's choice until a person chooses; the choice is kept in this browser.
import { h, hidden, replace } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "local-slack-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function mount(button) {
  const draw = () => {
    const now = chosen();
    document.documentElement.dataset.theme = now;
    replace(button, icon(now === "dark" ? "sun" : "moon"), hidden(now === "dark" ? "Use the light theme" : "Use the dark theme"));
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, chosen() === "dark" ? "light" : "dark");
    draw();
  });
  dark.addEventListener("change", draw);
  draw();
}

function chosen() {
  const kept = localStorage.getItem(KEY);
  return kept === "dark" || kept === "light" ? kept : dark.matches ? "dark" : "light";
}
