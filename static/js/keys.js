// The keyboard: search, scanner, shortcuts and the palette. Every key is only a second way to
// press something that can be seen.
"use strict";

(() => {
  const { announce, fill, isTyping, isVisible, words } = window.frontdesk;
  const SCANNER_GAP = 35;
  const SCANNER_LENGTH = 4;

  const field = () => document.getElementById("search-field");

  function focusSearch() {
    const search = field();
    if (!search) return false;
    search.focus();
    search.select();
    return true;
  }

  // A list walked by the arrow keys while the focus stays in the field above it.
  function walk(list, input, step) {
    const options = [...list.querySelectorAll("[role=option]")].filter(isVisible);
    if (!options.length) return;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length;
    select(options, options[next], input);
  }

  function select(options, chosen, input) {
    for (const option of options) option.setAttribute("aria-selected", String(option === chosen));
    if (!chosen) return input.removeAttribute("aria-activedescendant");
    chosen.id ||= `option-${options.indexOf(chosen)}-${input.id || "palette"}`;
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  const chosenIn = (list) => list.querySelector("[role=option][aria-selected=true]");

  // Search ---------------------------------------------------------------------------------------

  let before = null;
  let enterWhenReady = false;

  function showResults(visible) {
    const list = document.getElementById("search-results");
    if (!list) return;
    list.hidden = !visible;
    field().setAttribute("aria-expanded", String(visible));
  }

  function clearSearch({ goBack }) {
    const search = field();
    search.value = "";
    // Tells htmx that the text changed, or the same search would not be sent again.
    document.getElementById("search-results").replaceChildren();
    showResults(false);
    search.removeAttribute("aria-activedescendant");
    if (goBack && before?.isConnected && before !== document.body) before.focus();
    else search.blur();
  }

  document.addEventListener("focusin", (event) => {
    if (event.target.id === "search-field") {
      before = event.relatedTarget ?? before;
      if (document.querySelector("#search-results > *") && event.target.value) showResults(true);
    } else if (!event.target.closest(".search")) showResults(false);
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) showResults(false);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "search-results") return;
    const list = event.detail.target;
    const search = field();
    list.dataset.text = event.detail.requestConfig?.parameters.q ?? "";
    const options = [...list.querySelectorAll("[role=option]")];
    const visible = search.value.trim() !== "" && list.children.length > 0;
    showResults(visible && document.activeElement === search);
    options.forEach((option) => option.setAttribute("tabindex", "-1"));
    select(options, options[0], search);
    if (visible) announceQuietly(fill(words.results, { n: options.length }));
    // A scanner's Enter comes before the answer to what it typed: an exact code opens at once.
    if (!answers(list)) return;
    if (enterWhenReady && options[0]) options[0].click();
    enterWhenReady = false;
  });

  function announceQuietly(text) {
    const search = field().closest(".search");
    let region = search.querySelector("[data-count]");
    if (!region) {
      region = Object.assign(document.createElement("span"), { className: "visually-hidden" });
      region.dataset.count = "";
      region.setAttribute("aria-live", "polite");
      search.append(region);
    }
    region.textContent = text;
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "search-field") return;
    const list = document.getElementById("search-results");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      showResults(list.children.length > 0);
      walk(list, event.target, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = chosenIn(list);
      if (chosen && !list.hidden && answers(list)) chosen.click();
      else if (event.target.value.trim()) {
        enterWhenReady = true;
        window.htmx?.trigger(event.target, "search");
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      clearSearch({ goBack: true });
    }
  });

  // Whether the list is the answer to what stands in the field, not to its first letters.
  const answers = (list) => list.dataset.text === field().value;

  // A result that was opened as a fragment clears the search for the next customer.
  document.addEventListener("click", (event) => {
    if (event.target.closest("#search-results [role=option]")) setTimeout(() => clearSearch({ goBack: false }));
  });

  // Scanner: characters faster than fingers, anywhere on the page, ending in Enter.
  let burst = "";
  let lastAt = 0;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) {
      burst = "";
      return;
    }
    burst = event.timeStamp - lastAt > SCANNER_GAP ? "" : burst;
    lastAt = event.timeStamp;
    if (event.key.length === 1) burst += event.key;
    else if (event.key === "Enter" && burst.length >= SCANNER_LENGTH && field()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      field().value = burst;
      focusSearch();
      enterWhenReady = true;
      window.htmx?.trigger(field(), "search");
      burst = "";
    }
  }, true);

  // Shortcuts ------------------------------------------------------------------------------------

  const nameOf = (event) => {
    const parts = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && event.key.length > 1 && "Shift"];
    const key = event.altKey && event.code.startsWith("Key") ? event.code.slice(3) : event.key;
    return [...parts.filter(Boolean), key.length === 1 ? key.toUpperCase() : key].join("+");
  };

  // A key that is quicker than the visit it is meant for is pressed when the visit is there.
  let ahead = null;

  document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
    if (!target?.matches(".pane")) return;
    const press = ahead;
    ahead = null;
    press?.();
  });

  document.addEventListener("pointerdown", () => { ahead = null; });

  function scope() {
    return [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    // A key that is held down presses once: F2 calls one guest, not a dozen.
    if (event.repeat) {
      if (name.length > 1 && scope().querySelector(`[data-key="${CSS.escape(name)}"]`)) event.preventDefault();
      return;
    }
    if (name === "Ctrl+K") {
      event.preventDefault();
      openPalette();
      return;
    }
    const isSingle = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    // WCAG 2.1.4: keys of a single character have a switch (Setelan saya) and never act in fields.
    if (isSingle && (isTyping(event.target) || !("singleKeys" in document.body.dataset))) return;
    if (name === "/" && scope() === document && focusSearch()) {
      event.preventDefault();
      return;
    }
    // Waits for a scanner to show itself: its first character must not press a button.
    const press = () => {
      const button = [...scope().querySelectorAll("[data-key]")].find(
        (candidate) => candidate.dataset.key === name && isVisible(candidate));
      button?.click();
      return button;
    };
    const pressOrWait = () => {
      const button = press();
      ahead = !button && document.querySelector(".pane[inert]") ? press : null;
      return button;
    };
    if (!isSingle) {
      if (pressOrWait()) event.preventDefault();
      return;
    }
    const at = event.timeStamp;
    setTimeout(() => lastAt === at && pressOrWait(), SCANNER_GAP + 5);
  });

  // Arrow keys walk a list of rows ([data-rows]) as they walk the results.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const list = event.target.closest?.("[data-rows]");
    if (!list) return;
    const rows = [...list.querySelectorAll("a.row, button.row")].filter(isVisible);
    const at = rows.indexOf(event.target.closest(".row"));
    const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  // Palette --------------------------------------------------------------------------------------

  const palette = document.getElementById("palette");
  let commands = [];

  function labelOf(element) {
    if (element.dataset.command) return element.dataset.command;
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd, svg, .visually-hidden").forEach((part) => part.remove());
    return copy.textContent.trim().replace(/\s+/g, " ") || element.getAttribute("aria-label") || "";
  }

  function openPalette() {
    if (!palette || palette.open) return;
    const found = document.querySelectorAll("[data-key], [data-command], nav .menu-item[href]");
    commands = [...found]
      .filter((element) => !element.disabled && (isVisible(element) || element.closest("details[data-menu]")))
      .map((element) => ({ element, label: labelOf(element), key: element.dataset.key }))
      .filter(({ label }) => label);
    palette.querySelector("input").value = "";
    palette.showModal();
    showCommands("");
  }

  function showCommands(text) {
    const list = palette.querySelector("[role=listbox]");
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = commands.filter(({ label }) => parts.every((part) => label.toLowerCase().includes(part)));
    list.replaceChildren(...fitting.map(optionFor));
    if (!fitting.length) {
      list.append(Object.assign(document.createElement("p"), { className: "option-hint", textContent: words.noCommand }));
    }
    const options = [...list.querySelectorAll("[role=option]")];
    select(options, options[0], palette.querySelector("input"));
  }

  function optionFor({ element, label, key }) {
    const option = Object.assign(document.createElement("div"), { className: "option" });
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("span"), { textContent: label }));
    if (key) option.append(Object.assign(document.createElement("kbd"), { textContent: key.replaceAll("+", " ") }));
    option.addEventListener("click", () => {
      palette.close();
      element.click();
    });
    return option;
  }

  palette?.addEventListener("input", (event) => showCommands(event.target.value));
  palette?.addEventListener("keydown", (event) => {
    const list = palette.querySelector("[role=listbox]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      walk(list, palette.querySelector("input"), event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      chosenIn(list)?.click();
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener) return;
    opener.closest("details")?.removeAttribute("open");
    openPalette();
  });

  window.frontdesk.focusSearch = focusSearch;
  window.frontdesk.announce = announce;
})();
