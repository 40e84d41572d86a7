// The capacity of each node. Numbers say what the bars show.

import { element, make, setText, svg } from "./dom.js";
import { bytes, count, inCores, percent, plural } from "./format.js";

const mostSums = 40;

/** The resources: key in the response, title, and its figures as text. */
const dimensions = [
  ["cpu_milli", "CPU", inCores],
  ["memory_bytes", "Memory", bytes],
  ["ephemeral_storage_bytes", "Ephemeral storage", bytes],
  ["pods", "Pods", count],
];

const reasons = {
  not_linux: "not Linux", not_selected: "not selected", not_ready: "not ready", cordoned: "cordoned", tainted: "tainted",
};
const reason = (code) => reasons[code] ?? String(code);

/** What stacks request, and behind it what all Pods do. The text beside it says the same. */
function bar({ allocatable, requested, stacks }) {
  const width = (part) => `${Math.min(100, percent(part, allocatable))}%`;
  return svg(
    "svg",
    { class: `bar-chart small ${percent(requested, allocatable) >= 90 ? "high" : ""}`, "aria-hidden": "true" },
    svg("rect", { class: "track", width: "100%", height: "100%", rx: 3 }),
    svg("rect", { class: "fill others", width: width(requested), height: "100%", rx: 3 }),
    svg("rect", { class: "fill", width: width(stacks), height: "100%", rx: 3 }),
  );
}

function cell(title, format, dimension) {
  const { allocatable, requested, stacks } = dimension;
  const isKnown = allocatable !== null;
  return make(
    "div",
    { role: "cell", class: "node-cell" },
    make("span", { class: "node-label" }, title),
    make("span", {}, isKnown ? `${format(requested)} of ${format(allocatable)}` : format(requested)),
    make("strong", {}, isKnown ? `${percent(requested, allocatable)} %` : "no limit known"),
    make("span", { class: "node-stacks" }, `stacks ${format(stacks)}`),
    ...(isKnown ? [bar(dimension)] : []),
  );
}

function row(node) {
  return make(
    "div",
    { role: "row", class: "node" },
    make(
      "div",
      { role: "rowheader", class: "node-name" },
      make("span", { title: node.name }, node.name),
      node.not_counted === null ? "" : make("span", { class: "node-state" }, `not counted: ${reason(node.not_counted)}`),
    ),
    ...dimensions.map(([key, title, format]) => cell(title, format, node[key])),
  );
}

function head() {
  const titles = ["Node", ...dimensions.map(([, title]) => title)];
  return make("div", { role: "row", class: "node node-head" }, ...titles.map((title) => make("span", { role: "columnheader" }, title)));
}

/** How many nodes count, and why the others do not. */
function summary({ total, not_counted: left, fullest }) {
  const others = Object.entries(left).sort((one, other) => other[1] - one[1]);
  const counted = total - others.reduce((sum, [, number]) => sum + number, 0);
  const parts = [`${count(counted)} of ${plural(total, "node")} counted`, ...others.map(([code, number]) => `${count(number)} ${reason(code)}`)];
  const cut = fullest.length < total ? ` The ${count(fullest.length)} fullest are shown.` : "";
  return `${parts.join(" · ")}.${cut}`;
}

/** Where nodes cannot be read, the stacks say on which they are. */
function unread(byNode) {
  const sums = [...byNode]
    .sort((left, right) => right[1].stacks - left[1].stacks || (left[0] < right[0] ? -1 : 1))
    .slice(0, mostSums)
    .map(([name, { stacks, cpu, memory }]) => `${name}: ${plural(stacks, "stack")}, ${inCores(cpu)}, ${bytes(memory)}`);
  const more = byNode.size > mostSums ? [`and ${plural(byNode.size - mostSums, "more node", "more nodes")}`] : [];
  const text = "The capacity of nodes is not known: with STACK_WATCH_SCOPE=namespace the service reads no nodes.";
  return [text, ...[sums.concat(more).join(" · ")].filter(Boolean)].join(" Requested by stacks: ");
}

let shown = "";

/**
 * Shows the nodes of the overview, the fullest first.
 * - byNode: sums over the stacks that the page knows
 */
export function showNodes(overview, byNode) {
  if (!overview) return;
  const nodes = overview.nodes;
  // Some hundred rows are not drawn anew each second, so that a text can be selected.
  const next = JSON.stringify(nodes ?? [overview.budget === null, [...byNode]]);
  if (next === shown) return;
  shown = next;
  for (const name of ["nodes", "nodes-note"]) element(name).hidden = nodes === null;
  if (nodes === null) {
    const text = overview.budget === null ? "The service does not know the nodes yet." : unread(byNode);
    setText(element("nodes-summary"), text);
    return;
  }
  setText(element("nodes-summary"), summary(nodes));
  element("nodes").replaceChildren(head(), ...nodes.fullest.map(row));
}
