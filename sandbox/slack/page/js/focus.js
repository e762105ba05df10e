// Keeps the focus where the person has it while what is around it is drawn anew.
const CONTROLS = "a, button, input, select, textarea, summary";
const known = (node) => [node.className, node.getAttribute("href") || node.title || node.getAttribute("aria-label") || ""].join(" ");
const called = (node) => [node.tagName, node.dataset.action || known(node)].join(" ");
const alike = (row, control) => [...row.querySelectorAll(CONTROLS)].filter((one) => called(one) === called(control));

/** Remembers `active` and its message; what comes back gives the focus to the same control, or to the message without it. */
export function remembered(active) {
  const row = active?.closest("[data-ts]");
  const feed = row?.closest(".feed");
  if (!feed) return () => active?.focus({ preventScroll: true });
  const { ts } = row.dataset;
  const at = active === row ? -1 : alike(row, active).indexOf(active);
  return () => {
    if (active.isConnected) return active.focus({ preventScroll: true });
    const now = feed.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    const control = now && at >= 0 ? alike(now, active)[at] : null;
    return (control ?? now)?.focus({ preventScroll: true });
  };
}

/** True when nobody has the focus: what had it is gone. */
export const lost = () => !document.activeElement || document.activeElement === document.body;
