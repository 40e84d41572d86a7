// The stacks that the page knows: their order, the filter, and sums over them. A change costs its own stack, not the list.

export const statuses = ["running", "creating", "failed", "stopped", "node_deleted"];

const time = (text) => {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? Infinity : parsed;
};
// What is no number sorts last: nothing is less or greater than NaN.
const numeric = (value) => {
  const number = value === null ? NaN : Number(value);
  return Number.isNaN(number) ? Infinity : number;
};
const rank = { failed: 0, node_deleted: 1, creating: 2, running: 3, stopped: 4 };

/** The columns: title, and the value by which they sort. */
export const columns = {
  status: { title: "Status", value: (stack) => rank[stack.status] ?? 9 },
  stack: { title: "Stack", value: (stack) => stack.id },
  user: { title: "User", value: (stack) => numeric(stack.user) },
  problem: { title: "Problem", value: (stack) => numeric(stack.problem) },
  address: { title: "Address", value: (stack) => stack.ports[0]?.nodePort ?? Infinity },
  node: { title: "Node", value: (stack) => stack.node ?? "\uffff" },
  reason: { title: "Reason", value: (stack) => stack.reason || "\uffff" },
  left: { title: "Time left", value: (stack) => stack.endsAt },
  age: { title: "Age", value: (stack) => -stack.createdAt },
};

/** A stack of the API as the page uses it. It is never changed: a newer one replaces it. */
export function read(body) {
  const stack = {
    id: String(body.stack_id),
    user: body.user_id,
    problem: body.problem_id,
    status: String(body.status),
    isReady: body.ready === true,
    reason: body.reason ?? "",
    message: body.message ?? "",
    node: body.node_id,
    host: body.node_public_ip,
    ports: (body.ports ?? []).map((port) => ({ container: port.container_port, protocol: port.protocol, nodePort: port.node_port })),
    endsAt: time(body.ttl_expires_at),
    createdAt: time(body.created_at),
    cpu: body.requested_cpu_milli ?? 0,
    memory: body.requested_memory_bytes ?? 0,
  };
  stack.text = [stack.id, stack.user, stack.problem, stack.status, stack.reason, stack.message, stack.node, stack.host]
    .concat(stack.ports.map((port) => port.nodePort))
    .filter((value) => value !== null && value !== undefined)
    .join(" ")
    .toLowerCase();
  return stack;
}

/** Reads a search: words that must occur, and user:, problem:, node:, port:, status:, reason: with a value. */
export function condition(search, status) {
  const tests = [];
  if (status) tests.push((stack) => stack.status === status);
  for (const word of search.toLowerCase().split(/\s+/).filter(Boolean)) {
    const [, field, value] = /^(user|problem|node|port|status|reason):(.+)$/.exec(word) ?? [];
    if (field === "user" || field === "problem") tests.push((stack) => String(stack[field]) === value);
    else if (field === "port") tests.push((stack) => stack.ports.some((port) => String(port.nodePort) === value));
    else if (field) tests.push((stack) => String(stack[field] ?? "").toLowerCase().includes(value));
    else tests.push((stack) => stack.text.includes(word));
  }
  return (stack) => tests.every((test) => test(stack));
}

export class Stacks {
  #known = new Map();
  #passes = () => true;
  #compare = () => 0;
  /** The stacks that pass the filter, in order. */
  view = [];
  byStatus = new Map();
  /** Per node: stacks, cpu, memory. */
  byNode = new Map();
  ports = new Set();
  /** The cpu and memory that the stacks reserve. */
  reserved = { cpu: 0, memory: 0 };

  get size() {
    return this.#known.size;
  }

  get(id) {
    return this.#known.get(id);
  }

  countOf(problem) {
    let found = 0;
    for (const stack of this.#known.values()) if (String(stack.problem) === problem) found += 1;
    return found;
  }

  /** Shows other stacks, or in another order. */
  arrange(passes, column, isDescending) {
    const value = columns[column].value;
    const sign = isDescending ? -1 : 1;
    this.#passes = passes;
    this.#compare = (left, right) => {
      const [a, b] = [value(left), value(right)];
      if (a !== b) return a < b ? -sign : sign;
      return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
    };
    this.#rebuild();
  }

  replaceAll(list) {
    this.#known.clear();
    this.byStatus.clear();
    this.byNode.clear();
    this.ports.clear();
    this.reserved = { cpu: 0, memory: 0 };
    for (const stack of list) {
      this.#known.set(stack.id, stack);
      this.#sum(stack, 1);
    }
    this.#rebuild();
  }

  set(stack) {
    this.delete(stack.id);
    this.#known.set(stack.id, stack);
    this.#sum(stack, 1);
    if (this.#passes(stack)) this.view.splice(this.#position(stack), 0, stack);
  }

  delete(id) {
    const stack = this.#known.get(id);
    if (!stack) return;
    this.#known.delete(id);
    this.#sum(stack, -1);
    const position = this.#position(stack);
    if (this.view[position] === stack) this.view.splice(position, 1);
  }

  #rebuild() {
    this.view = [...this.#known.values()].filter(this.#passes).sort(this.#compare);
  }

  /** The index of the first shown stack that does not come before this one. */
  #position(stack) {
    let [low, high] = [0, this.view.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.view[middle], stack) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sum(stack, sign) {
    this.byStatus.set(stack.status, (this.byStatus.get(stack.status) ?? 0) + sign);
    for (const { nodePort } of stack.ports) {
      if (nodePort === null) continue;
      if (sign > 0) this.ports.add(nodePort);
      else this.ports.delete(nodePort);
    }
    // A failed create holds nothing: it has no port.
    if (!stack.ports.some((port) => port.nodePort !== null)) return;
    this.reserved.cpu += sign * stack.cpu;
    this.reserved.memory += sign * stack.memory;
    if (!stack.node) return;
    const sums = this.byNode.get(stack.node) ?? { stacks: 0, cpu: 0, memory: 0 };
    sums.stacks += sign;
    sums.cpu += sign * stack.cpu;
    sums.memory += sign * stack.memory;
    if (sums.stacks > 0) this.byNode.set(stack.node, sums);
    else this.byNode.delete(stack.node);
  }
}
