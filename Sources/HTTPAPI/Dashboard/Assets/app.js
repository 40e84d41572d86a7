// The page: what the stream brings goes into the model; one animation frame draws all that has changed since the last.

import { json, key, now } from "./api.js";
import { Creates, showCapacity, showPorts, showTiles } from "./charts.js";
import { Detail, deleteProblem } from "./detail.js";
import { askForKey } from "./dialogs.js";
import { element, make, setText } from "./dom.js";
import { clock, count, plural } from "./format.js";
import { showNodes } from "./nodes.js";
import { columns, condition, read, Stacks, statuses } from "./stacks.js";
import { Stream } from "./stream.js";
import { Table } from "./table.js";

const stacks = new Stacks();
const detail = new Detail(stacks);
const table = new Table(stacks, sortBy);
const creates = new Creates();
const chosen = { status: "", search: "", column: "age", isDescending: false };
/** What GET /stats counts beyond the stacks that are shown: those that are being deleted still hold it. */
let held = { cpu: 0, memory: 0, ports: 0 };
let overview = null;
let hasSnapshot = false;

// Drawing

let isScheduled = false;
let picturesAt = -Infinity;

function draw() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    showTiles(stacks, statuses, chosen.status, chooseStatus);
    table.render();
    const shown = stacks.view.length;
    setText(element("shown"), shown === stacks.size ? plural(shown, "stack") : `${count(shown)} of ${plural(stacks.size, "stack")}`);
    element("empty").hidden = shown > 0;
    const nothing = stacks.size > 0 ? "No stack matches the filter." : hasSnapshot ? "There are no stacks." : "";
    setText(element("empty"), nothing);
    drawPictures();
  });
}

/** The pictures need not follow each event of a burst: they are drawn each second at most. */
function drawPictures() {
  const wait = picturesAt + 1000 - performance.now();
  if (wait > 0) return;
  picturesAt = performance.now();
  if (!element("pictures").open || element("list").hidden) return;
  const { cpu, memory } = stacks.reserved;
  showCapacity({ cpu: cpu + held.cpu, memory: memory + held.memory, ports: stacks.ports.size + held.ports }, overview);
  showNodes(overview, stacks.byNode);
  showPorts(stacks.ports, overview);
  creates.show(now());
}

setInterval(() => {
  table.tick();
  detail.tick();
  drawPictures();
  showPause();
}, 1000);

// The stream

const stream = new Stream(onEvent, onState);

function onEvent(name, data) {
  if (name === "snapshot") {
    stacks.replaceAll(data.stacks.map(read));
    hasSnapshot = true;
    if (detail.id !== null) detail.changed();
    statsAt = -Infinity;
  } else if (name === "stack") {
    stacks.set(read(data));
    if (detail.id === data.stack_id) detail.changed();
  } else if (name === "removed") {
    stacks.delete(data.stack_id);
    if (detail.id === data.stack_id) detail.changed();
  }
  draw();
}

const connection = { state: "connecting", since: null, retryAt: 0, reason: "" };

function onState(state, error, pause) {
  if (state === "lost" && connection.state !== "lost") connection.since = Date.now();
  connection.state = state;
  connection.retryAt = Date.now() + pause;
  connection.reason = error?.code ? error.message : "";
  element("live").dataset.state = state;
  setText(element("live-text"), { live: "Live", lost: "Disconnected", locked: "Needs a key" }[state]);
  element("banner").hidden = state !== "lost";
  element("forget").hidden = key.get() === null;
  document.body.classList.toggle("stale", state !== "live");
  showPause();
  if (state === "live") poll();
  if (state === "locked") {
    const wasWrong = key.get() !== null;
    key.set(null);
    element("forget").hidden = true;
    askForKey(wasWrong ? "The service refused this key." : "", () => stream.reconnect());
  }
}

function showPause() {
  if (connection.state !== "lost") return;
  const seconds = Math.ceil((connection.retryAt - Date.now()) / 1000);
  const next = seconds > 0 ? `Next try in ${seconds} s.` : "Trying…";
  const since = `No connection to the service since ${clock(connection.since)}: what you see may be out of date.`;
  setText(element("banner-text"), [since, connection.reason, next].filter(Boolean).join(" "));
}

// Figures that no event brings

const overviewInterval = 5_000;
// Statistics make the service read all records, which may cost money.
const statsInterval = 30_000;
let isPolling = false;
let statsAt = -Infinity;

async function poll() {
  if (isPolling || document.hidden || connection.state !== "live") return;
  isPolling = true;
  try {
    overview = await json("GET", "dashboard/overview");
    creates.take(overview);
    if (performance.now() - statsAt >= statsInterval) {
      // Before the request, so that one that fails is not repeated at once.
      statsAt = performance.now();
      const stats = await json("GET", "stats");
      held = {
        cpu: Math.max(0, stats.reserved_cpu_milli - stacks.reserved.cpu),
        memory: Math.max(0, stats.reserved_memory_bytes - stacks.reserved.memory),
        ports: Math.max(0, stats.used_node_ports - stacks.ports.size),
      };
    }
    picturesAt = -Infinity;
    draw();
  } catch {
    // The stream reports what is wrong with the service; the old figures stay.
  } finally {
    isPolling = false;
  }
}

setInterval(poll, overviewInterval);
document.addEventListener("visibilitychange", poll);

// Filter and order

function arrange() {
  stacks.arrange(condition(chosen.search, chosen.status), chosen.column, chosen.isDescending);
  table.markSort(chosen.column, chosen.isDescending);
  element("sort").value = `${chosen.column} ${chosen.isDescending ? "down" : "up"}`;
  draw();
}

function chooseStatus(status) {
  chosen.status = chosen.status === status ? "" : status;
  arrange();
}

function sortBy(column) {
  chosen.isDescending = chosen.column === column && !chosen.isDescending;
  chosen.column = column;
  arrange();
}

for (const [name, { title }] of Object.entries(columns)) {
  for (const [direction, arrow] of [["up", "↑"], ["down", "↓"]]) {
    element("sort").append(make("option", { value: `${name} ${direction}` }, `${title} ${arrow}`));
  }
}
element("sort").addEventListener("change", (event) => {
  const [column, direction] = event.target.value.split(" ");
  Object.assign(chosen, { column, isDescending: direction === "down" });
  arrange();
});
element("search").addEventListener("input", (event) => {
  chosen.search = event.target.value;
  arrange();
});
element("search").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && stacks.view.length > 0) {
    event.preventDefault();
    table.focus(0);
  }
});

// Where we are: the part of the address after # names a stack, or nothing for the list.

let listScroll = 0;
let lastOpened = null;

function route() {
  const id = /^#(stack-[0-9a-f]{16})$/.exec(location.hash)?.[1] ?? null;
  if (id === detail.id && id !== null) return;
  if (detail.id === null && id !== null) listScroll = scrollY;
  const hadDetail = detail.id !== null;
  element("list").hidden = id !== null;
  element("detail").hidden = id === null;
  detail.open(id);
  document.title = id === null ? "Stacks" : `${id} · Stacks`;
  if (id !== null) {
    lastOpened = id;
    scrollTo(0, 0);
    element("detail").focus({ preventScroll: true });
  } else if (hadDetail) {
    scrollTo(0, listScroll);
    table.render();
    const index = stacks.view.findIndex((stack) => stack.id === lastOpened);
    if (index >= 0) table.focus(index);
  }
  draw();
}

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea, dialog");
  if (event.key === "/" && !isTyping && !element("list").hidden) {
    event.preventDefault();
    element("search").focus();
  } else if (event.key === "Escape" && !isTyping && detail.id !== null) {
    location.hash = "";
  }
});

// The bar

const themes = ["system", "dark", "light"];

function showTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  setText(element("theme"), `Theme: ${theme}`);
}

function storedTheme(value) {
  try {
    if (value !== undefined) localStorage.setItem("provisioner-theme", value);
    return themes.find((theme) => theme === localStorage.getItem("provisioner-theme")) ?? "system";
  } catch {
    return value ?? "system";
  }
}

element("theme").addEventListener("click", () => {
  const current = document.documentElement.dataset.theme ?? "system";
  showTheme(storedTheme(themes[(themes.indexOf(current) + 1) % themes.length]));
});
element("forget").addEventListener("click", () => {
  key.set(null);
  location.reload();
});
element("banner-retry").addEventListener("click", () => stream.reconnect());
element("delete-problem").addEventListener("click", () => deleteProblem(stacks, /problem:(\d+)/.exec(chosen.search)?.[1] ?? ""));
element("skip").addEventListener("click", (event) => {
  event.preventDefault();
  element("search").focus();
});
element("pictures").addEventListener("toggle", () => {
  picturesAt = -Infinity;
  draw();
});

showTheme(storedTheme());
// On a small screen the stacks come first.
if (matchMedia("(max-width: 700px)").matches) element("pictures").open = false;
arrange();
route();
stream.run();
