// The server-sent events of all stacks, read by fetch: EventSource can't send the API key.

import { APIError, parse, request } from "./api.js";

const longestPause = 30_000;
/** The service writes at least a comment each 15 seconds. */
const silence = 40_000;

/** Splits the text of an event stream into events. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventParser {
  #rest = "";
  #name = "";
  #data = [];
  retry = null;

  /** Returns the events that this piece of text completes. */
  push(text) {
    const events = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      const event = this.#take(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event) events.push(event);
    }
    return events;
  }

  #take(line) {
    if (line === "") {
      const event = this.#data.length > 0 ? { name: this.#name || "message", data: this.#data.join("\n") } : null;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    return null;
  }
}

/**
 * Follows the stacks for as long as the page lives. The stream has no memory: each connection begins with a snapshot.
 * - onEvent(name, data)
 * - onState(state, error, pause): live, lost or locked
 */
export class Stream {
  #onEvent;
  #onState;
  #wake = () => {};
  #abort = null;

  constructor(onEvent, onState) {
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  async run() {
    for (let failures = 0; ; ) {
      let error = null;
      let retry = 1000;
      try {
        retry = await this.#follow(() => (failures = 0));
      } catch (thrown) {
        error = thrown;
      }
      failures += 1;
      if (error instanceof APIError && error.status === 401) {
        this.#onState("locked", error, 0);
        await new Promise((resolve) => (this.#wake = resolve));
        failures = 0;
        continue;
      }
      const grown = Math.min(longestPause, retry * 2 ** Math.min(failures - 1, 5));
      const least = error instanceof APIError && error.retryAfter ? error.retryAfter * 1000 : 0;
      // Many pages that lost one service must not come back in one moment.
      const pause = Math.max(least, grown * (0.5 + Math.random() / 2));
      this.#onState("lost", error, pause);
      await this.#rest(pause);
    }
  }

  /** Tries at once: somebody asked for it, or has entered another key. */
  reconnect() {
    this.#abort?.abort();
    this.#wake();
  }

  async #rest(pause) {
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, pause);
    });
    this.#wake = () => {};
  }

  /** Reads one connection to its end, and returns the pause that the service asks for. */
  async #follow(onSnapshot) {
    const abort = new AbortController();
    this.#abort = abort;
    let watch = setTimeout(() => abort.abort(), silence);
    try {
      const response = await request("GET", "stacks/events", { headers: { Accept: "text/event-stream" }, signal: abort.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return parser.retry ?? 1000;
        clearTimeout(watch);
        watch = setTimeout(() => abort.abort(), silence);
        for (const event of parser.push(value)) {
          this.#onEvent(event.name, parse(event.data));
          if (event.name === "snapshot") {
            onSnapshot();
            this.#onState("live", null, 0);
          }
        }
      }
    } finally {
      clearTimeout(watch);
      abort.abort();
    }
  }
}
