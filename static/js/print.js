// Printing is a side effect of a deed: a hidden frame of our own origin, then back to the search.
"use strict";

(() => {
  const { announce, fail, words } = window.frontdesk;
  const MM_PER_PX = 25.4 / 96;
  const { paper } = document.body.dataset;

  // Chromium ignores `size: 80mm auto` and would print on Letter, so the height is measured.
  async function fitPaper() {
    await document.fonts.ready;
    const page = new CSSStyleSheet();
    const height = Math.ceil(document.querySelector(".sheet").getBoundingClientRect().height * MM_PER_PX) + 2;
    const size = {
      80: `80mm ${height}mm`,
      58: `58mm ${height}mm`,
      a5: "148mm 210mm",
      a4: "210mm 297mm",
    }[paper];
    const margin = { a5: "10mm", a4: "15mm" }[paper] ?? "0";
    page.replaceSync(`@page { size: ${size}; margin: ${margin}; }`);
    document.adoptedStyleSheets = [page];
    document.documentElement.dataset.fitted = "";
  }

  if (paper) {
    fitPaper();
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-print-page]")) fitPaper().then(() => window.print());
    });
    return;
  }

  function printFrom(address) {
    document.getElementById("print-frame")?.remove();
    const frame = document.createElement("iframe");
    frame.id = "print-frame";
    frame.className = "visually-hidden";
    frame.title = words.printing;
    frame.tabIndex = -1;
    frame.addEventListener("load", () => printFrame(frame));
    frame.src = address;
    document.body.append(frame);
  }

  async function printFrame(frame) {
    const inside = frame.contentDocument;
    // A sign-in page or an error is not a slip: say so instead of printing it.
    if (!inside?.body?.dataset.paper) {
      fail(words.printFailed);
      return;
    }
    for (let tries = 0; tries < 40 && inside.documentElement.dataset.fitted === undefined; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    document.dispatchEvent(new CustomEvent("frontdesk:print", { detail: { address: frame.src } }));
    frame.contentWindow.print();
    announce(words.printing);
    window.frontdesk.focusSearch?.();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print]");
    if (!button) return;
    event.preventDefault();
    printFrom(button.dataset.print || button.href);
  });

  // HX-Trigger: {"print": "/slips/12/print/"}.
  document.addEventListener("print", (event) => printFrom(event.detail.value ?? event.detail.address));
})();
