// What moves by itself: polls, minutes, the lost connection, and the phone that buzzes for a slip.
"use strict";

(() => {
  const { fill, words } = window.frontdesk;

  // Looks ----------------------------------------------------------------------------------------

  // What a fragment asks by itself must not get in the way of people: not under a finger that is down,
  // for a press is a click only when the same button is there at its end, and not over the answer of
  // a deed with what was asked before it. Such an answer is left, and the fragment looks again later.
  const looksByItself = ({ elt, verb }) => verb === "get" && elt.matches("[hx-trigger*=look]");
  const overlap = (place, other) => place.contains(other) || other.contains(place);
  const looks = new Map();
  const deeds = new Map();
  const overtaken = new WeakSet();
  const late = new Set();
  let isPressed = false;

  const isInTheWay = (place) => isPressed || [...deeds.values()].some((target) => overlap(target, place));

  function lookNow() {
    for (const elt of [...late]) {
      if (elt.isConnected && isInTheWay(elt)) continue;
      late.delete(elt);
      if (elt.isConnected) window.htmx?.trigger(elt, "look");
    }
  }

  addEventListener("pointerdown", (event) => { isPressed = event.button === 0; }, true);
  for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"]) {
    addEventListener(end, () => {
      isPressed = false;
      // After the click that this was.
      setTimeout(lookNow);
    }, true);
  }

  // The request's own events, not htmx's: what asked may be gone from the page by then.
  document.addEventListener("htmx:beforeSend", ({ detail: { requestConfig, target, xhr } }) => {
    if (looksByItself(requestConfig)) {
      looks.set(xhr, requestConfig.elt);
      xhr.addEventListener("loadend", () => looks.delete(xhr));
    }
    if (requestConfig.verb === "get" || requestConfig.elt.matches("[data-asks]")) return;
    deeds.set(xhr, target);
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState !== XMLHttpRequest.DONE) return;
      deeds.delete(xhr);
      for (const [look, place] of looks) if (overlap(target, place)) overtaken.add(look);
    });
    xhr.addEventListener("loadend", lookNow);
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { requestConfig, xhr } = detail;
    if (!looksByItself(requestConfig) || !(overtaken.has(xhr) || isInTheWay(requestConfig.elt))) return;
    detail.shouldSwap = false;
    late.add(requestConfig.elt);
    setTimeout(lookNow);
  });

  Object.assign(window.frontdesk, { lookLater: (elt) => late.add(elt), lookNow, looksByItself });

  // Polls ----------------------------------------------------------------------------------------

  // An unchanged list answers 304, and the page stays as it is.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, headers, verb } = event.detail;
    if (verb !== "get" || !elt.matches("[data-etag]")) return;
    headers["X-Poll"] = "1";
    if (elt.dataset.etag) headers["If-None-Match"] = elt.dataset.etag;
  });

  // A hidden tab asks nothing; it asks at once when it is looked at again.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (!elt.matches("[data-etag]")) return;
    if (document.hidden || requestConfig.triggeringEvent?.type === "hx:poll:trigger" && isEdited(elt)) event.preventDefault();
  });

  // A list is not pulled away from under a menu that is open in it or a field that is being filled.
  const isEdited = (place) =>
    place.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
    place.querySelector("details[open]") !== null;

  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, target, xhr } = event.detail;
    const elt = requestConfig?.elt ?? event.detail.elt;
    // The answer of a deed is the list as it is now: the next look need not draw it anew.
    if (requestConfig?.verb !== "get" && target?.dataset.etag && xhr.getResponseHeader("ETag")) {
      target.dataset.etag = xhr.getResponseHeader("ETag");
    }
    if (!elt.matches?.("[data-etag]")) return;
    if (xhr.status === 200 || xhr.status === 304) {
      const etag = xhr.getResponseHeader("ETag");
      if (etag && elt.dataset.etag !== undefined && !late.has(elt)) elt.dataset.etag = etag;
      connected();
    } else if (xhr.status === 0 || xhr.status >= 500) disconnected();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("[data-etag]")) window.htmx?.trigger(element, "look");
  });

  // Connection -------------------------------------------------------------------------------------

  let lastAt = new Date();

  const clock = (moment) =>
    moment.toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");

  function connected() {
    lastAt = new Date();
    const bar = document.getElementById("offline-bar");
    if (bar.hidden) return;
    bar.hidden = true;
    setOnline(true);
  }

  function disconnected() {
    const bar = document.getElementById("offline-bar");
    if (!bar.hidden) return;
    bar.querySelector("[data-offline-text]").textContent = fill(words.offline, { time: clock(lastAt) });
    bar.hidden = false;
    setOnline(false);
  }

  // Money and stock wait for the server.
  function setOnline(online) {
    for (const button of document.querySelectorAll("[data-needs-server]")) button.disabled = !online;
  }

  window.addEventListener("offline", disconnected);
  window.addEventListener("online", () => {
    for (const element of document.querySelectorAll("[data-etag]")) window.htmx?.trigger(element, "look");
    if (!document.querySelector("[data-etag]")) connected();
  });

  // Minutes ----------------------------------------------------------------------------------------

  const minutesSince = (text) => Math.floor((Date.now() - Date.parse(text)) / 60000);

  function tick(root = document) {
    for (const element of root.querySelectorAll("[data-since]")) {
      const minutes = Math.max(0, minutesSince(element.dataset.since));
      const text = minutes < 60
        ? fill(words.minutes, { n: minutes })
        : fill(words.hours, { n: Math.floor(minutes / 60), m: minutes % 60 });
      const late = element.dataset.due ? minutesSince(element.dataset.due) : 0;
      show(element, late > 0 ? `+${late}` : text, late > 0);
    }
    for (const element of root.querySelectorAll("[data-due]:not([data-since])")) {
      const late = minutesSince(element.dataset.due);
      show(element, late > 0 ? `+${late}` : fill(words.minutes, { n: Math.max(0, -late) }), late > 0);
    }
  }

  function show(element, text, isLate) {
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("late", isLate);
  }

  setInterval(tick, 10000);
  document.addEventListener("DOMContentLoaded", () => tick());

  // What changed since the last look is tinted for a second: rows carry an id and data-version.
  let versions = new Map();

  document.addEventListener("htmx:beforeSwap", (event) => {
    versions = new Map();
    for (const row of event.detail.target.querySelectorAll("[id][data-version]")) versions.set(row.id, row.dataset.version);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.elt;
    if (!place.isConnected) return;
    tick(place.parentElement ?? document);
    const rows = versions.size ? [place, ...place.querySelectorAll("[id][data-version]")] : [];
    for (const row of rows) {
      if (row.dataset.version && versions.get(row.id) !== row.dataset.version) row.classList.add("changed");
    }
    noticeSlips();
  });

  // The beautician's phone: a new slip buzzes and sounds, and the screen stays awake ------------------

  let slips = null;
  let audio = null;

  function noticeSlips() {
    const holder = document.querySelector("[data-slip-count]");
    if (!holder) return;
    const count = Number(holder.dataset.slipCount);
    if (slips !== null && count > slips) {
      navigator.vibrate?.([180, 90, 180]);
      sound("ok");
    }
    slips = count;
  }

  // Two short tones: rising for done, falling for refused. Silent until somebody has touched the page.
  function sound(kind) {
    if (!audio) return;
    const tones = { ok: [660, 880], no: [330, 220] }[kind] ?? [660];
    tones.forEach((pitch, index) => {
      const start = audio.currentTime + index * 0.09;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.12, start);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.14);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.15);
    });
  }

  document.addEventListener("pointerdown", () => {
    audio ??= "AudioContext" in window ? new AudioContext() : null;
    audio?.resume();
  });
  document.addEventListener("sound", (event) => sound(event.detail.value ?? event.detail.kind));

  async function stayAwake() {
    if (!document.querySelector("[data-slip-count]") || document.hidden) return;
    // Refused on a low battery; the page works without it.
    try {
      await navigator.wakeLock?.request("screen");
    } catch {}
  }

  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("DOMContentLoaded", () => {
    noticeSlips();
    stayAwake();
  });
})();
