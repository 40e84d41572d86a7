// The page of one stack.

import { json, now, request, stackPath } from "./api.js";
import { confirm } from "./dialogs.js";
import { copy, element, make, setText, toast } from "./dom.js";
import { bytes, cores, dateAndTime, duration, plural } from "./format.js";
import { read } from "./stacks.js";
import { address, showStatus } from "./table.js";

export class Detail {
  #stacks;
  #body = null;
  #stack = null;
  #request = 0;
  #isDue = false;
  id = null;

  constructor(stacks) {
    this.#stacks = stacks;
    element("renew").addEventListener("click", () => this.#renew());
    element("delete").addEventListener("click", () => this.#delete());
    element("events-reload").addEventListener("click", () => this.#loadEvents());
    element("spec-copy").addEventListener("click", (event) => copy(element("spec").textContent, event.currentTarget));
    element("log-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#loadLog();
    });
    element("log-tail").addEventListener("change", () => this.#loadLog());
  }

  /** Shows a stack, or none. */
  open(id) {
    this.id = id;
    this.#body = null;
    this.#stack = null;
    this.#request += 1;
    if (id === null) return;
    element("gone").hidden = true;
    element("log-container").value = "";
    setText(element("detail-title"), id);
    setText(element("detail-status"), "");
    setText(element("detail-reason"), "");
    for (const name of ["facts", "events", "log", "spec"]) element(name).replaceChildren();
    this.update();
    this.load();
  }

  load() {
    this.#loadStack();
    this.#loadEvents();
    this.#loadLog();
  }

  /** The stack was seen to change, or to be removed. Many changes in a row read events and log once. */
  changed() {
    this.update();
    if (!element("gone").hidden || this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      if (this.id === null || !element("gone").hidden) return;
      this.#loadEvents();
      this.#loadLog();
    }, 1000);
  }

  update() {
    const stack = this.#stacks.get(this.id);
    for (const name of ["renew", "delete"]) element(name).disabled = !stack;
    if (!stack) {
      if (this.#stack) this.#showGone(`Stack ${this.id} no longer exists.`);
      return;
    }
    element("gone").hidden = true;
    if (this.#stack === stack) return;
    this.#stack = stack;
    showStatus(element("detail-status"), stack);
    setText(element("detail-reason"), [stack.reason, stack.message].filter(Boolean).join(": "));
    this.#showFacts();
  }

  tick() {
    if (!this.#stack) return;
    const left = this.#stack.endsAt - now();
    const target = element("facts").querySelector("[data-left]");
    if (target) setText(target, left > 0 ? `in ${duration(left)}` : "ended");
  }

  #showGone(text) {
    setText(element("gone"), text);
    element("gone").hidden = false;
  }

  /** Runs a request for the stack that is shown; its result is dropped if another one is shown by then. */
  async #ask(work, onResult, onError) {
    const mine = this.#request;
    try {
      const result = await work(this.id);
      if (mine === this.#request) onResult(result);
    } catch (error) {
      if (mine === this.#request) onError(error);
    }
  }

  #loadStack() {
    this.#ask(
      (id) => json("GET", stackPath(id)),
      (body) => {
        this.#body = body;
        setText(element("spec"), String(body.pod_spec ?? ""));
        if (!this.#stacks.get(this.id)) {
          this.#stack = read(body);
          showStatus(element("detail-status"), this.#stack);
        }
        this.#showFacts();
      },
      (error) => this.#showGone(error.message),
    );
  }

  #showFacts() {
    const stack = this.#stack ?? (this.#body ? read(this.#body) : null);
    if (!stack) return;
    const body = this.#body ?? {};
    const facts = [
      ["User", stack.user ?? "none"],
      ["Problem", stack.problem ?? "none"],
      ...stack.ports.map((port) => [`${port.protocol} ${port.container}`, this.#addressFact(stack, port)]),
      ["Ends", make("span", {}, make("span", { "data-left": "" }), ` · ${dateAndTime(stack.endsAt)}`)],
      ["Created", dateAndTime(stack.createdAt)],
      ["Requested", `${cores(stack.cpu)} CPU · ${bytes(stack.memory)}`],
      ["Node", stack.node ?? "none yet"],
      ["Egress", body.egress],
      ["Namespace", body.namespace],
      ["Pod", body.pod_id],
      ["Service", body.service_name],
      ["Updated", body.updated_at && dateAndTime(body.updated_at)],
    ];
    element("facts").replaceChildren(
      ...facts
        .filter(([, value]) => value !== undefined && value !== null)
        .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value instanceof Node ? value : String(value))]),
    );
    this.tick();
  }

  #addressFact(stack, port) {
    const text = address(stack, port);
    if (text === null) return "no port";
    const button = make("button", { type: "button", class: "copy", "aria-label": `Copy ${text}` }, "Copy");
    button.addEventListener("click", () => copy(text, button));
    return make("span", { class: "mono" }, text, " ", button);
  }

  #loadEvents() {
    this.#ask(
      (id) => json("GET", `${stackPath(id)}/events`),
      ({ events }) => {
        if (events.length === 0) element("events").replaceChildren(make("p", { class: "note" }, "Kubernetes has no events of this stack."));
        else element("events").replaceChildren(...events.toReversed().map((event) => this.#event(event)));
      },
      (error) => element("events").replaceChildren(make("p", { class: "error" }, error.message)),
    );
  }

  #event(event) {
    const times = event.count > 1 ? ` (${plural(event.count, "time")})` : "";
    return make(
      "article",
      { class: `event ${event.type === "Warning" ? "warning" : ""}` },
      make("p", { class: "event-head" }, make("strong", {}, String(event.reason ?? "")), times, make("span", {}, dateAndTime(event.time))),
      make("p", {}, String(event.message ?? "")),
      make("p", { class: "note" }, String(event.object ?? "")),
    );
  }

  #loadLog() {
    const query = new URLSearchParams({ tail: element("log-tail").value });
    const container = element("log-container").value.trim();
    if (container !== "") query.set("container", container);
    const target = element("log");
    this.#ask(
      async (id) => (await request("GET", `${stackPath(id)}/logs?${query}`)).text(),
      (text) => {
        const wasAtEnd = target.scrollTop + target.clientHeight >= target.scrollHeight - 8;
        target.classList.toggle("note", text === "");
        setText(target, text === "" ? "The log is empty." : text);
        if (wasAtEnd) target.scrollTop = target.scrollHeight;
      },
      (error) => {
        target.classList.add("note");
        setText(target, error.message);
      },
    );
  }

  async #renew() {
    const id = this.id;
    const ttl = await confirm({
      title: "Renew this stack?",
      text: `${id} gets a new end, counted from now.`,
      yes: "Renew",
      input: { label: "Time", placeholder: "such as 1h; empty: the default" },
    });
    if (ttl === null) return;
    try {
      const body = await json("POST", `${stackPath(id)}/renew`, { body: ttl === "" ? {} : { ttl } });
      toast(`${id} ends ${dateAndTime(body.ttl_expires_at)}.`);
    } catch (error) {
      toast(`${id} was not renewed: ${error.message}`, "error");
    }
  }

  async #delete() {
    const id = this.id;
    const stack = this.#stack;
    const owner = stack?.user != null ? ` of user ${stack.user}` : "";
    const isSure = await confirm({
      title: "Delete this stack?",
      text: `${id}${owner} loses its Pod and its Service at once.`,
      yes: "Delete",
      isDanger: true,
    });
    if (isSure === null) return;
    toast(`Deleting ${id}…`);
    try {
      const { deleted } = await json("DELETE", stackPath(id));
      toast(deleted ? `${id} is gone: its Pod and its Service too.` : `${id} is being removed; that goes on by itself.`);
      if (this.id === id) location.hash = "";
    } catch (error) {
      toast(`${id} was not deleted: ${error.message}`, "error");
    }
  }
}

/** Deletes every stack of a problem. */
export async function deleteProblem(stacks, proposed) {
  const hint = (value) => (/^[1-9]\d*$/.test(value) ? `${plural(stacks.countOf(value), "stack")} of this problem shown now.` : "A positive number.");
  const problem = await confirm({
    title: "Delete all stacks of a problem?",
    text: "Every user’s stack of this problem loses its Pod and its Service at once, those that are being created too.",
    yes: "Delete them",
    isDanger: true,
    input: { label: "Problem id", value: proposed, isRequired: true, hint },
  });
  if (problem === null) return;
  try {
    const { marked } = await json("DELETE", `stacks?${new URLSearchParams({ problem_id: problem })}`);
    toast(`${plural(marked, "stack")} of problem ${problem} marked: their removal goes on by itself.`);
  } catch (error) {
    toast(`Problem ${problem}: ${error.message}`, "error");
  }
}
