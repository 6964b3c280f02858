// The counter's own behaviour: which row is in hand, the arrow keys, and what must not be pulled away.
"use strict";

(() => {
  const { isTyping, isVisible, lookLater, lookNow, looksByItself } = window.frontdesk;
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
    // Followed when it moves to another group, too; left alone where somebody scrolls by hand, and
    // on a phone, where the queue stands below the visit and only the page could scroll.
    const list = document.getElementById("queue-scroll");
    const isScrolled = list && list.scrollHeight > list.clientHeight;
    const place = row ? `${inHand} ${row.dataset.version?.split("-")[0]}` : inHand;
    if (row && isScrolled && place !== shown) row.scrollIntoView({ block: "nearest" });
    if (row || !inHand) shown = place;
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

  // The pane ---------------------------------------------------------------------------------------

  // What is asked of the pane happens in the order it was asked. A visit that was chosen waits for the
  // answer of the deed before it, and stays away when that was refused: the refusal is to be read. A
  // deed waits for the visit that was chosen before it. Of two visits the later one is shown.
  const underWay = new Set();
  let newest = null;
  let next = null;

  const isForPane = (target) => target === pane();
  const isForCard = (target) => isForPane(target) || target?.id === "visit-card";

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest, target, verb } = event.detail;
    const isDeed = verb !== "get";
    if (event.defaultPrevented || !(isDeed ? isForCard(target) : isForPane(target))) return;
    if (![...underWay].some(({ wasDeed }) => wasDeed || isDeed)) return;
    event.preventDefault();
    next = () => elt.isConnected && issueRequest(true);
    if (!isDeed) pane().inert = true;
  });

  document.addEventListener("htmx:beforeSend", ({ detail: { elt, requestConfig, target, xhr } }) => {
    const wasDeed = requestConfig.verb !== "get";
    if (isForPane(target)) newest = xhr;
    if (!wasDeed && !isForPane(target)) return;
    // What is shown still belongs to the visit before: nothing in it can be pressed any more.
    if (!wasDeed) pane().inert = true;
    const request = { wasDeed };
    underWay.add(request);
    xhr.addEventListener("loadend", () => {
      underWay.delete(request);
      if (newest === xhr || underWay.size === 0) pane().inert = false;
      if (!wasDeed && document.activeElement === document.body && elt.isConnected) elt.focus();
      if (underWay.size) return;
      const isDone = xhr.status >= 200 && xhr.status < 400;
      const then = next;
      next = null;
      if (isDone) then?.();
    });
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { requestConfig, target, xhr } = detail;
    if (isForPane(target) && xhr !== newest) detail.shouldSwap = false;
    else if (isForPane(target) || isForCard(target) && requestConfig.verb !== "get") pane().inert = false;
  });

  // What changed elsewhere waits while somebody is writing in the place that would be drawn anew, or
  // has a dialog or a menu open there.
  const isFreshLook = (detail) =>
    looksByItself(detail.requestConfig) && ["visit-card", "visit-slips"].includes(detail.elt.id);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!isFreshLook(event.detail)) return;
    const isWriting = elt.contains(document.activeElement) && isTyping(document.activeElement);
    if (!isWriting && !elt.querySelector("dialog[open], details[open]")) return;
    event.preventDefault();
    lookLater(elt);
  });

  for (const end of ["focusout", "close", "toggle"]) {
    document.addEventListener(end, ({ target }) => {
      if (target.closest?.("#visit-card, #visit-slips")) setTimeout(lookNow);
    }, true);
  }
})();
