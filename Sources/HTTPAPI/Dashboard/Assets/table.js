// The table of stacks. Only the rows in sight are in the document; an update costs its own row.

import { now } from "./api.js";
import { copy, element, make, setText } from "./dom.js";
import { duration } from "./format.js";
import { columns } from "./stacks.js";

/** Rows beyond the edges of the window, so that scrolling and the Tab key find some. */
const overscan = 8;

export const statusTitle = (status) => ({ node_deleted: "node deleted" })[status] ?? status;

export function showStatus(target, stack) {
  target.dataset.status = stack.status;
  const text = statusTitle(stack.status);
  setText(target, stack.status === "running" && !stack.isReady ? "running, not ready" : text);
}

export function address(stack, port = stack.ports[0]) {
  if (!port || port.nodePort === null) return null;
  const host = stack.host === null ? "" : stack.host.includes(":") ? `[${stack.host}]` : stack.host;
  return `${host}:${port.nodePort}`;
}

class Row {
  constructor() {
    const cell = (name, ...children) => (this[name] = make("span", { role: "cell", class: `cell-${name}` }, ...children));
    this.link = make("a", { class: "id" });
    this.badge = make("span", { class: "status" });
    this.addressText = make("span", { class: "mono" });
    this.copyButton = make("button", { type: "button", class: "copy" }, "Copy");
    this.copyButton.addEventListener("click", () => copy(address(this.stack), this.copyButton));
    this.element = make(
      "div",
      { role: "row", class: "row" },
      cell("status", this.badge),
      cell("stack", this.link),
      cell("user"),
      cell("problem"),
      cell("address", this.addressText, this.copyButton),
      cell("node"),
      cell("reason"),
      cell("left"),
      cell("age"),
    );
  }

  show(stack, index) {
    if (this.index !== index) {
      this.index = index;
      this.element.setAttribute("aria-rowindex", index + 2);
      this.element.classList.toggle("odd", index % 2 === 1);
    }
    if (this.stack === stack) return;
    this.stack = stack;
    showStatus(this.badge, stack);
    setText(this.link, stack.id);
    this.link.href = `#${stack.id}`;
    setText(this.user, stack.user === null ? "–" : String(stack.user));
    setText(this.problem, stack.problem === null ? "–" : String(stack.problem));
    const target = address(stack);
    const more = stack.ports.length > 1 ? ` +${stack.ports.length - 1}` : "";
    setText(this.addressText, target === null ? "–" : target + more);
    this.copyButton.hidden = target === null;
    this.copyButton.setAttribute("aria-label", `Copy ${target}`);
    setText(this.node, stack.node ?? "–");
    const reason = [stack.reason, stack.message].filter(Boolean).join(": ");
    setText(this.reason, reason);
    this.reason.title = reason;
    this.tick();
  }

  tick() {
    const left = this.stack.endsAt - now();
    setText(this.left, left > 0 ? duration(left) : "ended");
    this.left.classList.toggle("soon", left < 10 * 60_000);
    setText(this.age, duration(now() - this.stack.createdAt));
  }
}

export class Table {
  #stacks;
  #body = element("rows");
  #rows = new Map();
  #spare = [];
  #first = 0;

  /** - onSort(column): a heading was pressed. */
  constructor(stacks, onSort) {
    this.#stacks = stacks;
    this.headings = new Map();
    for (const [name, column] of Object.entries(columns)) {
      const button = make("button", { type: "button" }, column.title);
      button.addEventListener("click", () => onSort(name));
      const heading = make("span", { role: "columnheader", class: `cell-${name}` }, button);
      this.headings.set(name, heading);
      element("head").append(heading);
    }
    const render = () => requestAnimationFrame(() => this.render());
    addEventListener("scroll", render, { passive: true });
    addEventListener("resize", render, { passive: true });
    this.#body.addEventListener("click", (event) => this.#open(event));
    this.#body.addEventListener("keydown", (event) => this.#move(event));
  }

  markSort(column, isDescending) {
    for (const [name, heading] of this.headings) {
      if (name === column) heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  }

  get #rowHeight() {
    return parseFloat(getComputedStyle(this.#body).getPropertyValue("--row-height")) || 36;
  }

  render() {
    const { view } = this.#stacks;
    // The list is not in sight while one stack is shown.
    if (this.#body.offsetParent === null) return;
    const height = this.#rowHeight;
    const top = this.#body.getBoundingClientRect().top;
    const first = Math.max(0, Math.min(view.length, Math.floor(-top / height) - overscan));
    const last = Math.min(view.length, Math.max(first, Math.ceil((innerHeight - top) / height) + overscan));
    element("table").setAttribute("aria-rowcount", view.length + 1);
    this.#body.style.height = `${view.length * height}px`;
    this.#body.style.paddingTop = `${first * height}px`;
    this.#first = first;
    this.#place(view.slice(first, last), first);
  }

  #place(shown, first) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const wanted = new Set(shown.map((stack) => stack.id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
      this.#spare.push(row);
    }
    let next = this.#body.firstElementChild;
    shown.forEach((stack, offset) => {
      let row = this.#rows.get(stack.id);
      if (!row) {
        row = this.#spare.pop() ?? new Row();
        this.#rows.set(stack.id, row);
      }
      row.show(stack, first + offset);
      if (row.element === next) next = next.nextElementSibling;
      else this.#body.insertBefore(row.element, next);
    });
    // An element that is moved loses the focus.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  tick() {
    for (const row of this.#rows.values()) row.tick();
  }

  #open(event) {
    if (event.target.closest("a, button") || String(getSelection()) !== "") return;
    event.target.closest(".row")?.querySelector("a").click();
  }

  #move(event) {
    const current = event.target.closest(".row");
    if (!current || event.altKey || event.ctrlKey || event.metaKey) return;
    const index = this.#first + [...this.#body.children].indexOf(current);
    const page = Math.max(1, Math.floor(innerHeight / this.#rowHeight) - 4);
    const last = this.#stacks.view.length - 1;
    const target = {
      ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: last,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.focus(Math.max(0, Math.min(last, target)));
  }

  /** Scrolls a row into sight and focuses its link. */
  focus(index) {
    const height = this.#rowHeight;
    const top = this.#body.getBoundingClientRect().top + index * height;
    // The toolbar and the headings cover the upper edge.
    const covered = Math.max(0, element("head").getBoundingClientRect().bottom) + 4;
    if (top < covered) scrollBy(0, top - covered);
    else if (top + height > innerHeight) scrollBy(0, top + height - innerHeight + 4);
    this.render();
    this.#rows.get(this.#stacks.view[index]?.id)?.link.focus({ preventScroll: true });
  }
}
