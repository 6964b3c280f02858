"use strict";

// Keeps the conversation fresh: asks every two seconds, changes the page only when the answer did.
const box = document.querySelector("[data-poll]");

function toEnd() {
  if (box && box.classList.contains("talk")) box.scrollTop = box.scrollHeight;
}

async function poll(state) {
  if (!document.hidden) {
    try {
      const headers = state.etag ? { "If-None-Match": state.etag } : {};
      const answer = await fetch(box.dataset.poll, { headers, cache: "no-store" });
      if (answer.status === 200) {
        const first = !state.etag;
        state.etag = answer.headers.get("ETag");
        const html = await answer.text();
        const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
        if (!first || html.length !== box.innerHTML.length) box.innerHTML = html;
        if (atEnd) toEnd();
      }
    } catch {
      // The server is away; the next round asks again.
    }
  }
  setTimeout(poll, 2000, state);
}

// A chosen file stands in the answer's field until it is sent.
document.addEventListener("change", (event) => {
  const chooser = event.target.closest("[data-file]");
  if (!chooser) return;
  const field = chooser.form.elements.body;
  const name = chooser.files.length ? chooser.files[0].name : "";
  field.placeholder = name ? `${name} · tulis keterangan` : "Tulis balasan";
  chooser.closest("label").classList.toggle("chosen", Boolean(name));
  field.focus();
});

if (box) {
  toEnd();
  setTimeout(poll, 2000, { etag: "" });
}
