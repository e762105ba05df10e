// Every call to the server, in one place. An answer that is an error becomes an `ApiError` with the server's words.

export class ApiError extends Error {}

async function call(method, path, body) {
  const request = body === undefined ? { method } : { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new ApiError("The local workspace does not answer. Is `make demo` still running?");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(data.error ?? `${path} answered ${answer.status}`);
  return data;
}

const get = (path, query = {}) => {
  const pairs = Object.entries(query).filter(([, value]) => value);
  return call("GET", pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path);
};
const post = (path, body) => call("POST", path, body);

export const workspace = () => get("/local/workspace");
export const info = () => get("/local/info");
export const messages = (user, channel, thread_ts) => get("/local/messages", { user, channel, thread_ts });
export const ephemerals = (user) => get("/local/ephemerals", { user });
export const views = (user) => get("/local/views", { user });
export const prompts = (user) => get("/local/prompts", { user });
export const mails = () => get("/local/mails");
export const bot = () => get("/local/bot");
export const deliveries = () => get("/local/deliveries");
export const calls = () => get("/local/calls");

export const say = (body) => post("/local/messages", body);
export const edit = (body) => post("/local/edits", body);
export const remove = (body) => post("/local/deletions", body);
export const command = (body) => post("/local/commands", body);
export const click = (body) => post("/local/clicks", body);
export const submit = (body) => post("/local/submissions", body);
export const shortcut = (body) => post("/local/shortcuts", body);
export const home = (user, tab) => post("/local/home", { user, tab });
export const react = (body) => post("/local/reactions", body);
export const fault = (body) => post("/local/faults", body);
export const disconnect = (abrupt) => post("/local/disconnect", { abrupt });
export const control = (name) => post("/local/controls", { name });
