// A conversation shows its end, and stays there when something new is said.
"use strict";

(() => {
  const toEnd = () => {
    for (const place of document.querySelectorAll("[data-to-end]")) place.scrollTop = place.scrollHeight;
  };
  addEventListener("load", toEnd);
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "talk-lines") toEnd();
  });
})();
