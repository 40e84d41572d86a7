// Calls of the HTTP API. Addresses are relative to this module, so that the page works behind a path prefix.

const base = new URL("../", import.meta.url);
const storageName = "provisioner-api-key";

/** The difference between the clock of the service and this one, in milliseconds. */
let clockOffset = 0;
export const now = () => Date.now() + clockOffset;

export class APIError extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

// A browser may forbid the storage; the key then lives as long as the page.
let memory = null;
export const key = {
  get() {
    try {
      return sessionStorage.getItem(storageName) ?? memory;
    } catch {
      return memory;
    }
  },
  set(value) {
    memory = value;
    try {
      if (value === null) sessionStorage.removeItem(storageName);
      else sessionStorage.setItem(storageName, value);
    } catch {
      // Kept in memory above.
    }
  },
};

/** Parses JSON. Ids have 64 bits, more than a number of this language has: long ones become strings. */
export function parse(text) {
  return JSON.parse(text.replace(/([{,]"(?:user_id|problem_id)":)(\d{16,})/g, '$1"$2"'));
}

/** Sends a request and returns its response; an error response is thrown. */
export async function request(method, path, { body, headers = {}, signal } = {}) {
  const all = { ...headers };
  const value = key.get();
  if (value !== null) all["X-API-KEY"] = value;
  if (body !== undefined) all["Content-Type"] = "application/json";
  const response = await fetch(new URL(path, base), {
    method,
    headers: all,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    cache: "no-store",
    credentials: "same-origin",
  });
  noteClock(response);
  if (!response.ok) throw await failure(response);
  return response;
}

export async function json(method, path, options) {
  return parse(await (await request(method, path, options)).text());
}

async function failure(response) {
  let code = `http_${response.status}`;
  let message = `The service answered ${response.status} ${response.statusText}.`;
  try {
    const body = parse(await response.text());
    code = String(body.code ?? code);
    message = String(body.error ?? message);
  } catch {
    // A proxy in between answers with something else.
  }
  return new APIError(response.status, code, message, Number(response.headers.get("Retry-After")) || null);
}

function noteClock(response) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The header has whole seconds: small differences are none.
  if (!Number.isNaN(date)) clockOffset = Math.abs(date - Date.now()) > 3000 ? date - Date.now() : 0;
}

export const stackPath = (id) => `stacks/${encodeURIComponent(id)}`;
