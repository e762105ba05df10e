// The server's event stream, opened anew for each person, since a person sees only their own ephemerals and views.
import * as store from "./store.js";

let source = null;

const handlers = {
  message: store.putMessage,
  ephemeral: store.putEphemeral,
  status: store.setStatus,
  view(event) {
    store.note("views");
    store.tell("view", event);
  },
  home(event) {
    store.note("home");
    store.state.homes.set(event.user, event.view);
    store.tell("home", event.user);
  },
  prompts(event) {
    store.state.prompts.set(event.channel, event);
    store.tell("prompts", event.channel);
  },
  delivery(event) {
    store.state.deliveries.set(event.id, event);
    store.tell("delivery", event);
  },
  bot(event) {
    store.state.botState = event;
    store.tell("bot", event);
  },
  reset: () => location.reload(),
};

export function open(person, onOpen) {
  source?.close();
  source = new EventSource(`/local/events?user=${encodeURIComponent(person)}`);
  source.addEventListener("open", () => {
    store.tell("connected", true);
    onOpen();
  });
  source.addEventListener("error", () => store.tell("connected", false));
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
