// What every page does: answers, forms, focus, dialogs, menus, undo. Nothing here is inline, and
// every listener hangs on the document, so that a fragment that was swapped in needs no set-up.
"use strict";

(() => {
  const words = document.getElementById("words")?.dataset ?? {};
  const statusRegion = document.getElementById("status");

  const fill = (text, values) =>
    Object.entries(values ?? {}).reduce((all, [key, value]) => all.replace(`{${key}}`, value), text ?? "");

  const isTyping = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

  const isVisible = (element) =>
    !element.disabled && element.getClientRects().length > 0 && !element.closest("[hidden], [inert]");

  let statusTimer = 0;

  // One message at a time; it stays at least ten seconds and until the next deed.
  function announce(text, { stays = 12000 } = {}) {
    if (!statusRegion || !text) return;
    const node = document.getElementById("status-message").content.cloneNode(true);
    node.querySelector("[data-text]").textContent = text;
    statusRegion.replaceChildren(node);
    clearTimeout(statusTimer);
    statusTimer = setTimeout(() => statusRegion.replaceChildren(), stays);
  }

  // Errors are never toasts: they stand at the top of the page until they are mended.
  function fail(text) {
    const place = document.getElementById("banners") ?? document.getElementById("content");
    document.getElementById("failure")?.remove();
    const node = document.getElementById("failure-banner").content.cloneNode(true);
    node.firstElementChild.id = "failure";
    node.querySelector("[data-text]").textContent = text;
    place?.prepend(node);
    document.getElementById("failure")?.scrollIntoView({ block: "nearest" });
  }

  window.frontdesk = { announce, fail, fill, isTyping, isVisible, words };

  // Forms ----------------------------------------------------------------------------------------

  // A second click waits for the answer to the first; the server's once-key is the other half.
  function setBusy(form, busy) {
    const inside = form.matches("button") ? [form] : form.querySelectorAll("button:not([type=button]), input[type=submit]");
    const outside = form.id ? document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`) : [];
    for (const button of [...inside, ...outside]) {
      if (busy && !button.disabled) button.dataset.busy = button === document.activeElement ? "focused" : "";
      if (!("busy" in button.dataset)) continue;
      button.disabled = busy;
      if (busy) continue;
      // A disabled button loses the focus; the keyboard goes on where it was.
      if (button.dataset.busy && document.activeElement === document.body) button.focus({ preventScroll: true });
      delete button.dataset.busy;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const byHtmx = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-boost=true]");
    if (byHtmx || event.defaultPrevented) return;
    form.dataset.sent = "1";
    // A disabled button would not send its own name, so it is disabled once the form is on its way.
    setTimeout(() => setBusy(form, true));
  }, true);

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      setBusy(form, false);
    }
  });

  const underWay = new WeakSet();
  // A button that asks for itself inside a form (one more line, one less) does not hold the form up;
  // a field that only asks (data-asks) holds nothing up, and its next question overtakes the last.
  const senderOf = ({ detail: { elt } }) => {
    if (elt?.matches?.("[data-asks]")) return null;
    return elt?.matches?.("button[type=button]") ? elt : elt?.closest?.("form") ?? elt?.closest?.("button");
  };

  // htmx would send the second click after the first; here it is dropped.
  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.verb !== "get" && underWay.has(senderOf(event))) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const sender = senderOf(event);
    if (!sender || event.detail.requestConfig.verb === "get") return;
    underWay.add(sender);
    setTimeout(() => underWay.has(sender) && setBusy(sender, true));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const sender = senderOf(event);
    if (!sender || event.detail.requestConfig?.verb === "get") return;
    underWay.delete(sender);
    setBusy(sender, false);
  });

  // "Hari ini", "Kemarin": a button that fills the field beside it.
  document.addEventListener("click", (event) => {
    const filler = event.target.closest("[data-fill]");
    if (!filler) return;
    const field = filler.closest(".field")?.querySelector("input, textarea");
    if (!field) return;
    field.value = filler.dataset.fill;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });

  // data-filter="id": typing leaves those items of a list that hold every word; Enter presses the
  // first one, the arrow keys go into the list.
  const folded = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

  function narrow(field) {
    const list = document.getElementById(field.dataset.filter);
    const parts = folded(field.value).split(/\s+/).filter(Boolean);
    const shown = [];
    for (const item of list.querySelectorAll("[data-filter-item]")) {
      const text = folded(item.dataset.filterItem || item.textContent);
      item.hidden = !parts.every((part) => text.includes(part));
      delete item.dataset.first;
      if (!item.hidden) shown.push(item);
    }
    if (parts.length && shown[0]) shown[0].dataset.first = "";
    const none = list.querySelector("[data-filter-none]");
    if (none) none.hidden = shown.length > 0;
    return shown;
  }

  const pressable = (item) => item?.querySelector("button:not(:disabled), a");

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) narrow(event.target);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-filter]") || event.isComposing) return;
    if (event.key === "Escape" && field.value) {
      event.stopPropagation();
      field.value = "";
      narrow(field);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      pressable(narrow(field)[0])?.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!field.value.trim()) return;
      pressable(narrow(field)[0])?.click();
      field.value = "";
      narrow(field);
    }
  });

  // Send a form when something in it changes: a filter, a tick.
  document.addEventListener("change", (event) => {
    event.target.closest("[data-submit-on-change]")?.requestSubmit();
  });

  // The PIN: keys for the finger write into the real field; the last digit sends it.
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-pin-key]");
    const field = key?.closest("form")?.querySelector("[data-pin]");
    if (!field) return;
    const digit = key.dataset.pinKey;
    if (digit === "back") field.value = field.value.slice(0, -1);
    else if (!field.maxLength || field.maxLength < 0 || field.value.length < field.maxLength) field.value += digit;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-pin]");
    if (field && field.maxLength > 0 && field.value.length === field.maxLength) field.form.requestSubmit();
  });

  // htmx -----------------------------------------------------------------------------------------

  let pending = 0;
  let busyTimer = 0;
  // Goes by what asked: a deed inside a list that polls is as loud as any other.
  const isQuiet = (event) =>
    (event.detail.requestConfig?.elt ?? event.detail.elt)?.matches?.("[data-quiet], [data-etag]");

  document.addEventListener("htmx:beforeSend", (event) => {
    if (isQuiet(event)) return;
    pending += 1;
    clearTimeout(busyTimer);
    busyTimer = setTimeout(() => pending && document.documentElement.classList.add("busy"), 120);
    document.getElementById("failure")?.remove();
    // Not htmx:afterRequest: what asked may be gone from the page by then, and its event with it.
    event.detail.xhr.addEventListener("loadend", () => {
      pending -= 1;
      if (!pending) document.documentElement.classList.remove("busy");
    });
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (isQuiet(event)) return;
    const { status } = event.detail.xhr;
    fail({ 403: words.forbidden, 404: words.gone }[status] ?? words.failed);
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => isQuiet(event) || fail(words.unreachable));
  }

  // HX-Trigger: {"status": "A-012 dipanggil"} or {"status": {"text": …}}; {"failed": "…"} for a refusal.
  const textOf = (event) => event.detail.text ?? event.detail.value;
  document.addEventListener("status", (event) => announce(textOf(event)));
  document.addEventListener("failed", (event) => fail(textOf(event)));

  // Focus ----------------------------------------------------------------------------------------

  // After a swap the focus goes to the errors, or to what asks for it; what had it gets it back.
  let focused = "";

  document.addEventListener("htmx:beforeSwap", () => {
    focused = document.activeElement?.id ?? "";
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.elt;
    const asking = "[data-error-summary], [data-focus]";
    const target = place.matches?.(asking) ? place : place.querySelector?.(asking);
    if (target && !isQuiet(event)) target.focus({ preventScroll: !target.matches("[data-error-summary]") });
    else if (focused && document.activeElement === document.body) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
    if (place.matches?.("dialog[data-open]") && !place.open) openDialog(place);
    place.querySelectorAll?.("dialog[data-open]:not([open])").forEach((dialog) => openDialog(dialog));
  });

  // What scrolls sideways on a small screen must be reachable by key.
  function openWideTables(root) {
    for (const wrap of root.querySelectorAll(".table-wrap")) {
      if (wrap.scrollWidth <= wrap.clientWidth) continue;
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent ?? words.table);
    }
  }

  document.addEventListener("htmx:afterSettle", () => openWideTables(document));
  window.addEventListener("resize", () => openWideTables(document));

  // An address with #id of a field scrolls there but leaves the focus behind.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    if (!link) return;
    const found = document.getElementById(link.hash.slice(1));
    const field = found?.matches("input, select, textarea") ? found : found?.querySelector("input, select, textarea");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.closest(".field")?.scrollIntoView({ block: "nearest" });
  });

  // Dialogs and menus ------------------------------------------------------------------------------

  const openers = new WeakMap();

  function openDialog(dialog, opener = document.activeElement) {
    openers.set(dialog, opener);
    // Asked for once: what was closed stays closed when the page around it is drawn anew.
    dialog.removeAttribute("data-open");
    dialog.showModal();
    // Past the cross in its head, to what it asks for.
    if (!document.activeElement?.matches(".dialog-head [data-close]")) return;
    const asked = ":is(input, select, textarea):not([type=hidden], :disabled)";
    dialog.querySelector(`[data-error-summary], .dialog-body ${asked}`)?.focus();
  }

  function closeDialog(dialog) {
    dialog.close();
  }

  document.addEventListener("close", (event) => {
    const opener = openers.get(event.target);
    // The button may have been drawn anew meanwhile.
    const back = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
    if (back) back.focus({ preventScroll: true });
  }, true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) openDialog(document.getElementById(opener.dataset.dialog), opener);
    const closer = event.target.closest("[data-close]");
    if (closer) closeDialog(closer.closest("dialog"));
    // The backdrop belongs to the dialog itself, everything else to its content.
    if (event.target.matches("dialog[open]") && outside(event)) closeDialog(event.target);
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  function outside({ target, clientX, clientY }) {
    const box = target.getBoundingClientRect();
    return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
  }

  // HX-Trigger: {"close-dialog": "id"} after a deed that was done in a dialog.
  document.addEventListener("close-dialog", (event) => {
    const dialog = document.getElementById(textOf(event)) ?? document.querySelector("dialog[open]");
    if (dialog?.open) closeDialog(dialog);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Undo -----------------------------------------------------------------------------------------

  // data-undo on a button (or a form): Ctrl Z presses the last one in sight, outside of fields.
  document.addEventListener("keydown", (event) => {
    if (event.repeat || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    if (isTyping(event.target)) return;
    const button = [...document.querySelectorAll("[data-undo]")].filter(isVisible).at(-1);
    if (!button) return;
    event.preventDefault();
    (button.matches("form") ? button.querySelector("button") : button).click();
  });

  // data-undo-until: the way back closes when the server would refuse it.
  setInterval(() => {
    for (const bar of document.querySelectorAll("[data-undo-until]")) {
      if (Date.parse(bar.dataset.undoUntil) < Date.now()) bar.remove();
    }
  }, 1000);

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("[data-error-summary]")?.focus();
    openWideTables(document);
    document.querySelectorAll("dialog[data-open]:not([open])").forEach((dialog) => openDialog(dialog));
  });
})();
