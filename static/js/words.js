// A chip puts its variable where the caret stands in the text that was written in last.
"use strict";

(() => {
  let last = null;

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[data-words]")) last = event.target;
  });

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-insert]");
    if (!chip) return;
    const form = chip.closest("form");
    const field = last && form.contains(last) ? last : form.querySelector("textarea[data-words]");
    if (!field) return;
    field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // A reason leads to the words it is about.
  document.addEventListener("click", (event) => {
    const reason = event.target.closest("[data-words-start]");
    if (!reason) return;
    const field = document.getElementById(reason.dataset.wordsOf);
    if (!field) return;
    field.focus();
    field.setSelectionRange(Number(reason.dataset.wordsStart), Number(reason.dataset.wordsEnd));
  });
})();
