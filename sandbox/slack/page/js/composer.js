// The box to write in: person, text, suggestions, send. One for the channel and one for the thread.
import * as api from "./api.js";
import { announce, toast } from "./announce.js";
import { h, hidden, replace, uid } from "./dom.js";
import { asCommand, encode } from "./encode.js";
import { icon } from "./icons.js";
import { personSelect } from "./person.js";
import * as store from "./store.js";
import { suggest } from "./suggest.js";

export class Composer {
  /** `place()` gives {channel, thread}; `label()` what the box is called. */
  constructor(root, place, label) {
    this.place = place;
    this.label = label;
    this.drafts = new Map();
    this.build(root);
  }

  build(root) {
    const [list, note] = [uid("suggestions"), uid("note")];
    this.options = h("ul", { class: "suggestions", id: list, role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.text = h("textarea", { class: "composer-text", rows: 1, role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list, "aria-describedby": note, "aria-label": "Message",
      oninput: () => this.typed(), onkeydown: (event) => this.key(event), onblur: () => this.close(), onclick: () => this.refresh() });
    this.note = h("p", { class: "composer-note", id: note, role: "alert" });
    this.button = h("button", { type: "submit", class: "btn send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
    const submit = (event) => {
      event.preventDefault();
      this.send();
    };
    const hint = h("span", { class: "composer-hint muted" }, h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Shift"), "+", h("kbd", {}, "Enter"), " new line, ", h("kbd", {}, "/"), " commands, ", h("kbd", {}, "@"), " mentions");
    root.append(h("form", { class: "composer", onsubmit: submit }, this.options, this.text, h("div", { class: "composer-foot" }, personSelect(), hint, this.button)), this.note);
  }

  key_() {
    const { channel, thread } = this.place() ?? {};
    return `${channel}/${thread}`;
  }

  /** Called when another conversation is shown. */
  draw() {
    const label = this.label();
    this.text.setAttribute("aria-label", label);
    this.text.placeholder = label;
    this.text.value = this.drafts.get(this.key_()) ?? "";
    this.say("");
    this.grow();
  }

  typed() {
    this.drafts.set(this.key_(), this.text.value);
    this.say("");
    this.grow();
    this.refresh();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 220)}px`;
  }

  say(text) {
    replace(this.note, text);
  }

  refresh() {
    this.found = suggest(this.text.value, this.text.selectionStart);
    this.active = 0;
    this.drawOptions();
  }

  drawOptions() {
    const options = this.found?.options ?? [];
    this.options.hidden = options.length === 0;
    this.text.setAttribute("aria-expanded", String(options.length > 0));
    replace(this.options, options.map((one, index) => {
      const pick = (event) => {
        event.preventDefault();
        this.pick(index);
      };
      return h("li", { role: "option", id: `${this.options.id}-${index}`, "aria-selected": String(index === this.active), onmousedown: pick }, h("strong", {}, one.label), h("span", { class: "muted" }, one.note));
    }));
    if (options.length) this.text.setAttribute("aria-activedescendant", `${this.options.id}-${this.active}`);
    else this.text.removeAttribute("aria-activedescendant");
    this.options.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.found = null;
    this.drawOptions();
  }

  pick(index) {
    const { from, to, options } = this.found;
    this.text.setRangeText(options[index].insert, from, to, "end");
    this.typed();
  }

  key(event) {
    if (this.found && this.choose(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  /** Keys that belong to the open list of suggestions; true when it took the key. */
  choose(event) {
    const count = this.found.options.length;
    const whole = this.found.options[this.active].insert.trim() === this.text.value.slice(this.found.from).trim();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.active = (this.active + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
    else if (event.key === "Escape") this.found = null;
    else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !whole && this.found.to > this.found.from)) {
      this.pick(this.active);
      event.preventDefault();
      return true;
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    this.drawOptions();
    return true;
  }

  async send() {
    const text = this.text.value;
    if (!text.trim()) return;
    const command = asCommand(text);
    const refused = command && this.refusal(command);
    if (refused) return this.say(refused);
    this.text.value = "";
    this.drafts.delete(this.key_());
    this.close();
    this.grow();
    await this.deliver(text, command);
  }

  /** Slack does not run commands in threads, nor commands that no app declared. */
  refusal({ command }) {
    if (this.place().thread) return `${command} is not supported in threads. Sorry! Write “@${store.state.bot.name} …” here instead.`;
    const known = store.state.commands.some((one) => one.command === command);
    return known ? "" : `${command} is not a valid command. Known here: ${store.state.commands.map((one) => one.command).join(", ") || "none"}.`;
  }

  async deliver(text, command) {
    const { channel, thread } = this.place();
    const from = { user: store.state.person, channel };
    try {
      const answer = command ? await api.command({ ...from, command: command.command, text: encode(command.text) }) : await api.say({ ...from, text: encode(text), thread_ts: thread || undefined });
      announce(answer.ok === false ? `${command.command} failed: ${answer.error}` : command ? `Sent ${command.command}` : "Message sent");
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.text.value = text;
      this.typed();
      toast(`Not sent: ${error.message}`, { error: true });
    }
  }
}
