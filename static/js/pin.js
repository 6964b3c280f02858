// The pad of a shared terminal: choose yourself, type six digits, and you are in.
"use strict";

(() => {
  const form = document.getElementById("pin-form");
  const pin = form?.querySelector("[data-pin]");
  if (!pin) return;

  const isDigit = (text) => /^[0-9]$/.test(text);

  // A tap on a name hands the keyboard to the PIN; the arrow keys only walk the names.
  form.addEventListener("click", (event) => {
    if (!event.target.matches("input[name=person]")) return;
    pin.value = "";
    if (event.detail > 0 || event.pointerType) pin.focus({ preventScroll: true });
  });

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[name=person]")) pin.value = "";
  });

  // A click on the label around it clicks the radio button without a pointer.
  form.addEventListener("pointerup", (event) => {
    if (event.target.closest(".person")) setTimeout(() => pin.focus({ preventScroll: true }));
  });

  // A digit typed anywhere but in a field is the beginning of a PIN.
  document.addEventListener("keydown", (event) => {
    if (!isDigit(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target === pin || window.frontdesk.isTyping(event.target)) return;
    pin.focus();
  });

  // "246 810" out of a password manager is six digits too.
  pin.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text").replace(/\D/g, "") ?? "";
    if (!text) return;
    event.preventDefault();
    pin.value = text.slice(0, pin.maxLength);
    pin.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-people-search]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const person of document.querySelectorAll("[data-people] .person")) {
      person.hidden = !person.dataset.name.includes(wanted);
    }
  });
})();
