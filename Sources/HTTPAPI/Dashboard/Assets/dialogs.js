// Dialogs: the API key, and what is asked before something is changed.

import { key } from "./api.js";
import { element, setText } from "./dom.js";

/** Asks for the key until one was entered. */
export function askForKey(message, onKey) {
  const dialog = element("key-dialog");
  setText(element("key-error"), message);
  element("key-form").onsubmit = (event) => {
    event.preventDefault();
    const value = element("key").value.trim();
    // No header can carry other characters.
    if (!/^[\x21-\x7e]+$/.test(value)) {
      setText(element("key-error"), "A key has printable ASCII characters and no spaces.");
      return;
    }
    key.set(value);
    element("key").value = "";
    dialog.close();
    onKey();
  };
  // Without a key there is nothing to see behind the dialog.
  dialog.oncancel = (event) => event.preventDefault();
  if (!dialog.open) dialog.showModal();
  element("key").focus();
}

/**
 * Asks before something is changed.
 * - input: { label, value, placeholder, isRequired, hint(value) }, or nothing
 * - Returns the input ("" without one), or null if the answer was no.
 */
export function confirm({ title, text, yes, isDanger = false, input = null }) {
  const dialog = element("confirm");
  const field = element("confirm-input");
  const button = element("confirm-yes");
  setText(element("confirm-title"), title);
  setText(element("confirm-text"), text);
  setText(button, yes);
  button.className = isDanger ? "danger" : "primary";
  element("confirm-label").hidden = input === null;
  field.disabled = input === null;
  field.required = input?.isRequired ?? false;
  field.value = input?.value ?? "";
  field.placeholder = input?.placeholder ?? "";
  setText(element("confirm-label-text"), input?.label ?? "");
  const hint = () => setText(element("confirm-hint"), input?.hint?.(field.value.trim()) ?? "");
  hint();
  return new Promise((resolve) => {
    let answer = null;
    field.oninput = hint;
    element("confirm-form").onsubmit = (event) => {
      event.preventDefault();
      answer = input === null ? "" : field.value.trim();
      dialog.close();
    };
    element("confirm-cancel").onclick = () => dialog.close();
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
    // Enter must not destroy anything by itself.
    if (input === null) (isDanger ? element("confirm-cancel") : button).focus();
    else field.focus();
  });
}
