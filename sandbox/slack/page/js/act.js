// A click on a bot's element: ask back where it wants that, send it, and say when the bot did not answer.
import * as api from "./api.js";
import { announce, toast } from "./announce.js";
import { valuesIn } from "./blocks/state.js";
import { confirm } from "./dialog.js";
import * as store from "./store.js";

const WORDS = {
  operation_timeout: "did not answer within 3 seconds. Try again, or see the delivery inspector.",
  dispatch_failed: "could not be reached. Is the bot running?",
  no_connection: "is not connected just now. Is the bot running?",
};

export function explain(error) {
  return WORDS[error] ? `${store.state.bot.name} ${WORDS[error]}` : `Refused: ${error}`;
}

/** What the renderers need to know about where a block stands. */
export function contextFor(place, root = () => null, initial = () => undefined) {
  return { ...place, person: store.state.person, initial, act: (what) => act(place, root(), what) };
}

async function act(place, root, { block, element, selected, node, quiet, undo }) {
  if (quiet) return;
  if (element.confirm && !(await confirm(element.confirm))) {
    undo?.();
    return;
  }
  node?.classList.add("busy");
  try {
    await send(place, root, block, element, selected);
  } finally {
    node?.classList.remove("busy");
  }
}

/** The choice as the server takes it: an option by its value, several as a list, ids and dates as they are. */
function short(selected) {
  const [chosen] = Object.entries(selected).filter(([key]) => key !== "text").map(([, value]) => value);
  if (Array.isArray(chosen)) return chosen.map((one) => one?.value ?? one);
  return chosen?.value ?? chosen;
}

async function send(place, root, block, element, selected) {
  const where = place.viewId ? { view_id: place.viewId } : { channel: place.channel, ts: place.ts };
  const body = { user: store.state.person, ...where, action_id: element.action_id, block_id: block.block_id, value: element.value, selected: short(selected), values: valuesIn(root) };
  try {
    const answer = await api.click(body);
    if (answer.ok === false) toast(explain(answer.error ?? "unknown"), { error: true });
    else announce(`Sent as ${store.nameOf(store.state.person)}.`);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    toast(explain(error.message), { error: true });
  }
}
