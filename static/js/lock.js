// A shared terminal: it locks itself, and keeps what was half written for the person who wrote it.
"use strict";

(() => {
  const { announce, fill, words } = window.frontdesk;
  const { person, idleLockSeconds } = document.body.dataset;
  const PREFIX = "draft:";
  const KEPT_FOR = 30 * 60 * 1000;
  const WARNING = 20;

  // Drafts ---------------------------------------------------------------------------------------

  const keyOf = (form) => `${PREFIX}${person}:${location.pathname}:${form.dataset.draft || form.id}`;

  const fieldsOf = (form) =>
    [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type));

  // What was chosen without a field of its own: hidden, and drawn by the server.
  const choicesOf = (form) => [...form.querySelectorAll("input[type=hidden][data-keep]")];

  const isFilled = (form) =>
    choicesOf(form).length > 0 || fieldsOf(form).some((field) =>
      ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked
        : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
          : field.value !== field.defaultValue);

  function keepDrafts() {
    if (!person) return;
    for (const form of document.querySelectorAll("form[data-draft]")) {
      if (!isFilled(form) || form.dataset.sent) continue;
      const values = fieldsOf(form).map((field) => ({
        name: field.name,
        type: field.type,
        choice: ["checkbox", "radio"].includes(field.type) ? field.value : null,
        value: ["checkbox", "radio"].includes(field.type) ? field.checked : field.value,
      }));
      const choices = choicesOf(form).map(({ name, value }) => ({ name, value }));
      sessionStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values, choices }));
    }
  }

  function restoreDrafts(root) {
    if (!person) return;
    for (const form of root.querySelectorAll("form[data-draft]")) {
      const kept = sessionStorage.getItem(keyOf(form));
      if (!kept) continue;
      sessionStorage.removeItem(keyOf(form));
      const { at, values, choices } = JSON.parse(kept);
      if (Date.now() - at > KEPT_FOR) continue;
      for (const { name, choice, value } of values) {
        const field = fieldsOf(form).find((one) => one.name === name && (choice === null || one.value === choice));
        if (!field) continue;
        if (choice === null) field.value = value;
        else field.checked = value;
      }
      if (choices?.length) restoreChoices(form, choices);
      announce(words.restored);
    }
  }

  function restoreChoices(form, choices) {
    const again = form.querySelector("[data-draw-again]");
    const place = again && document.querySelector(again.getAttribute("hx-target"));
    if (!place) return;
    const names = new Set(choices.map(({ name }) => name));
    for (const old of place.querySelectorAll("input[type=hidden]")) if (names.has(old.name)) old.remove();
    place.append(...choices.map((choice) => Object.assign(document.createElement("input"), { type: "hidden", ...choice })));
    again.click();
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id === "lock-form") keepDrafts();
    // Signing out takes every draft of this terminal along.
    else if (event.target.matches("[data-forget]")) forget(() => true);
    else if (event.target.matches("[data-draft]")) sessionStorage.removeItem(keyOf(event.target));
  });

  function forget(isMeant) {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && isMeant(key)) sessionStorage.removeItem(key);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    forget((key) => Date.now() - (JSON.parse(sessionStorage.getItem(key)).at ?? 0) > KEPT_FOR);
    restoreDrafts(document);
  });
  document.addEventListener("htmx:afterSettle", (event) => restoreDrafts(event.detail.elt.parentElement ?? document));

  // The server may find the terminal locked before this page does.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")?.includes("lock")) keepDrafts();
  });

  // Idle lock ------------------------------------------------------------------------------------

  const limit = Number(idleLockSeconds);
  if (!limit) return;

  let activeAt = Date.now();
  let warned = false;

  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(name, () => {
      activeAt = Date.now();
      if (warned) document.getElementById("status")?.replaceChildren();
      warned = false;
    }, { passive: true, capture: true });
  }

  // Who types for minutes sends nothing: the server, which locks too, hears of her once a minute.
  const HERE_EVERY = 60 * 1000;
  const here = document.getElementById("lock-form")?.dataset.here;
  let toldAt = Date.now();

  setInterval(() => {
    const idle = (Date.now() - activeAt) / 1000;
    if (here && activeAt - toldAt > HERE_EVERY) {
      toldAt = Date.now();
      fetch(here, { headers: { "HX-Request": "true" } }).catch(() => {});
    }
    if (idle >= limit) {
      activeAt = Date.now();
      document.getElementById("lock-form")?.requestSubmit();
    } else if (!warned && idle >= limit - WARNING) {
      warned = true;
      announce(fill(words.locking, { n: WARNING }), { stays: WARNING * 1000 });
    }
  }, 1000);
})();
