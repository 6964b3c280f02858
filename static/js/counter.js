// The counter's own behaviour: which row is in hand, the arrow keys, and what must not be pulled away.
"use strict";

(() => {
  const { isTyping, isVisible } = window.frontdesk;
  const pane = () => document.getElementById("visit");
  const rows = () => [...document.querySelectorAll("[data-rows] a.row")].filter(isVisible);

  let shown = "";

  // The queue is the same for every counter; which row is open is known here only.
  function markRow() {
    const inHand = pane()?.querySelector("[data-visit-in-hand]")?.dataset.visitInHand ?? "";
    for (const row of document.querySelectorAll("[data-visit]")) {
      if (row.dataset.visit === inHand) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const row = document.querySelector("[data-visit][aria-current]");
    if (row && inHand !== shown) row.scrollIntoView({ block: "nearest" });
    if (row || !inHand) shown = inHand;
  }

  document.addEventListener("htmx:afterSettle", markRow);
  document.addEventListener("DOMContentLoaded", markRow);

  // From anywhere but a field the arrow keys enter the queue at the row in hand, or beside it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || isTyping(event.target)) return;
    if (event.target.closest("[data-rows], dialog, details, .search")) return;
    const found = rows();
    const at = found.findIndex((row) => row.hasAttribute("aria-current"));
    const next = at < 0 ? found[0] : found[at + (event.key === "ArrowDown" ? 1 : -1)] ?? found[at];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // What changed elsewhere waits while somebody is writing here, or while her own deed is under way:
  // its answer would find the card it belongs to replaced.
  const isFreshLook = ({ requestConfig, elt }) =>
    requestConfig.verb === "get" && ["visit-card", "visit-slips"].includes(elt.id);
  let deeds = 0;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!isFreshLook(event.detail)) return;
    const isWriting = elt.contains(document.activeElement) && isTyping(document.activeElement);
    if (deeds || isWriting || elt.querySelector("dialog[open], details[open]")) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.requestConfig.verb === "post") deeds += 1;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (deeds && isFreshLook(event.detail)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb === "post") deeds = Math.max(0, deeds - 1);
  });
})();
