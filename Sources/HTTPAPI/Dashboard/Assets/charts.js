// The pictures. Each says in words and numbers what it shows.

import { element, make, setText, svg } from "./dom.js";
import { bytes, count, inCores, percent } from "./format.js";

const minutes = 60;
const portCells = 128;

/** A horizontal bar: the share of `part` in `whole`. */
function bar(part, whole, label) {
  const share = percent(part, whole) / 100;
  return svg(
    "svg",
    { class: `bar-chart ${share >= 0.9 ? "high" : ""}`, role: "img", "aria-label": label },
    svg("rect", { class: "track", width: "100%", height: "100%", rx: 3 }),
    svg("rect", { class: "fill", width: `${Math.min(100, share * 100)}%`, height: "100%", rx: 3 }),
  );
}

function meter(title, used, limit, format) {
  const figures = limit === null ? format(used) : `${format(used)} of ${format(limit)}`;
  const share = limit === null ? "limit not known" : `${percent(used, limit)} %`;
  return make(
    "div",
    { class: "meter" },
    make("span", { class: "meter-title" }, title),
    make("span", { class: "meter-figures" }, figures),
    make("span", { class: "meter-share" }, share),
    bar(limit === null ? 0 : used, limit ?? 0, `${title}: ${figures}, ${share}`),
  );
}

/** - reserved: cpu, memory and ports */
export function showCapacity(reserved, overview) {
  const budget = overview?.budget ?? null;
  const ports = overview?.node_ports;
  element("capacity").replaceChildren(
    meter("CPU", reserved.cpu, budget?.cpu_milli ?? null, inCores),
    meter("Memory", reserved.memory, budget?.memory_bytes ?? null, bytes),
    meter("Node ports", reserved.ports, ports ? ports.max - ports.min + 1 : null, count),
  );
}

export function showPorts(used, overview) {
  const range = overview?.node_ports;
  if (!range) return;
  const size = range.max - range.min + 1;
  const cells = new Array(Math.min(portCells, size)).fill(0);
  let outside = 0;
  for (const port of used) {
    if (port < range.min || port > range.max) outside += 1;
    else cells[Math.floor(((port - range.min) * cells.length) / size)] += 1;
  }
  const columns = 32;
  const width = size / cells.length;
  const map = svg("svg", {
    class: "port-map", role: "img", viewBox: `0 0 ${columns * 10 - 1} ${Math.ceil(cells.length / columns) * 10 - 1}`,
    "aria-label": `${count(used.size)} node ports in use, from ${range.min} to ${range.max}`,
  });
  cells.forEach((value, index) => {
    const level = value === 0 ? 0 : Math.min(4, Math.ceil((4 * value) / width));
    const from = range.min + Math.ceil(index * width);
    const to = range.min + Math.ceil((index + 1) * width) - 1;
    const cell = svg("rect", { class: `level-${level}`, x: (index % columns) * 10, y: Math.floor(index / columns) * 10, width: 9, height: 9, rx: 2 });
    cell.append(svg("title", {}, `${from}–${to}: ${value} in use`));
    map.append(cell);
  });
  const held = size - range.free - (used.size - outside);
  const facts = [`${count(used.size)} in use`, `${count(range.free)} free`];
  if (held > 0) facts.push(`${count(held)} held back`);
  element("ports").replaceChildren(
    make("p", { class: "figure" }, facts.join(" · ")),
    map,
    make("p", { class: "axis" }, make("span", {}, String(range.min)), make("span", {}, String(range.max))),
    make("p", { class: "note" }, "Held back: of removed stacks, for a while, and of other Services."),
  );
}

/** The creates of the last hour. Each replica counts its own: their answers are added up. */
export class Creates {
  #byInstance = new Map();

  take(overview) {
    this.#byInstance.set(overview.instance, overview.creates);
    // Each start of the service is another instance.
    if (this.#byInstance.size > 64) this.#byInstance.delete(this.#byInstance.keys().next().value);
  }

  show(time) {
    const end = Math.floor(time / 60_000);
    const bins = Array.from({ length: minutes }, () => ({ created: 0, failed: 0 }));
    const codes = new Map();
    for (const creates of this.#byInstance.values()) {
      for (const minute of creates) {
        const bin = bins[minutes - 1 - (end - Math.floor(Date.parse(minute.time) / 60_000))];
        if (!bin) continue;
        bin.created += minute.created;
        for (const [code, number] of Object.entries(minute.errors)) {
          bin.failed += number;
          codes.set(code, (codes.get(code) ?? 0) + number);
        }
      }
    }
    this.#draw(bins, codes);
  }

  #draw(bins, codes) {
    const created = bins.reduce((sum, bin) => sum + bin.created, 0);
    const failed = bins.reduce((sum, bin) => sum + bin.failed, 0);
    const most = Math.max(1, ...bins.map((bin) => bin.created + bin.failed));
    const chart = svg("svg", {
      class: "creates-chart", role: "img", viewBox: `0 0 ${minutes * 6} 60`, preserveAspectRatio: "none",
      "aria-label": `${created} creates succeeded and ${failed} failed in the last hour; at most ${most} in a minute`,
    });
    bins.forEach((bin, index) => {
      const [up, down] = [(56 * bin.created) / most, (56 * bin.failed) / most];
      if (up > 0) chart.append(svg("rect", { class: "created", x: index * 6, y: 59 - up, width: 5, height: up }));
      if (down > 0) chart.append(svg("rect", { class: "failed", x: index * 6, y: 59 - up - down, width: 5, height: down }));
    });
    chart.append(svg("rect", { class: "axis-line", x: 0, y: 59, width: minutes * 6, height: 1 }));
    const list = [...codes].sort((left, right) => right[1] - left[1]).slice(0, 4);
    element("creates").replaceChildren(
      make(
        "p",
        { class: "figure" },
        make("span", { class: "key created" }, `${count(created)} created`),
        make("span", { class: "key failed" }, `${count(failed)} failed`),
      ),
      chart,
      make("p", { class: "axis" }, make("span", {}, "1 h ago"), make("span", {}, `at most ${count(most)} a minute`), make("span", {}, "now")),
      make("p", { class: "codes" }, list.map(([code, number]) => `${code} ${count(number)}`).join(" · ")),
    );
  }
}

export function showTiles(stacks, statuses, chosen, choose) {
  const tiles = element("tiles");
  if (tiles.childElementCount === 0) {
    for (const status of ["", ...statuses]) {
      const tile = make(
        "button",
        { type: "button", class: "tile", "data-status": status || "all" },
        make("span", { class: "tile-count" }),
        make("span", { class: "tile-name" }, status === "" ? "all stacks" : status.replace("_", " ")),
      );
      tile.addEventListener("click", () => choose(status));
      tiles.append(tile);
    }
  }
  for (const tile of tiles.children) {
    const status = tile.dataset.status;
    setText(tile.firstElementChild, count(status === "all" ? stacks.size : (stacks.byStatus.get(status) ?? 0)));
    tile.setAttribute("aria-pressed", String((status === "all" ? "" : status) === chosen));
  }
}
