// Elements without markup: every value from outside is set as text.

export const element = (id) => document.getElementById(id);

/** Makes an element with attributes and children. A child that is no element becomes text. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets a text only if it differs, so that what has not changed costs no layout. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Copies a text, and shows at the button that it was copied. */
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS browsers have no clipboard but this one.
    const field = make("textarea", { class: "hidden" });
    field.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1200);
}

export function toast(text, kind = "ok") {
  const shown = make("p", { class: `toast ${kind}` }, text);
  element("toasts").append(shown);
  setTimeout(() => shown.remove(), kind === "error" ? 12000 : 5000);
}
