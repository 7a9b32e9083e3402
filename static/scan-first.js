/* A scan begins the instant a page appears, before its box has the focus and before its scripts are there: the letters
   that come meanwhile are put into the box before those that follow, and whole tags are sent one after another once the
   page is there. Loaded first, so that it listens before anything is drawn. */
(() => {
  "use strict";
  let early = "";
  const whole = [];

  const box = () => document.querySelector("main input.scan[autofocus], main form[data-scan] input[name=tag][autofocus]");

  const pour = (field) => {
    if (early) {
      field.value = early + field.value;
      field.setSelectionRange(field.value.length, field.value.length);
    }
    early = "";
    if (document.activeElement !== field) field.focus();
  };

  const hear = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const field = box();
    if (field && event.target === field) {
      if (event.key !== "Enter" || !field.value) return;
      whole.push(field.value);
      field.value = "";
      event.preventDefault();
      return;
    }
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key.length === 1 && (early || event.key !== " ")) {
      early += event.key;
    } else if (event.key === "Enter" && early) {
      whole.push(early);
      early = "";
    } else {
      return;
    }
    event.preventDefault();
    if (field) pour(field);
  };

  const focused = (event) => {
    if (event.target === box()) pour(event.target);
  };

  const send = (field) => {
    const next = field.value;
    // A box that takes tags one after another takes them all; any other opens what was scanned last.
    for (const tag of field.form.matches("[data-scan]") ? whole : whole.slice(-1)) {
      field.value = tag;
      field.form.requestSubmit();
      if (field.value) return; // the page is left with it, or says what is missing
    }
    field.value = next;
    field.setSelectionRange(next.length, next.length);
  };

  const there = () => {
    removeEventListener("keydown", hear, true);
    removeEventListener("focusin", focused, true);
    const field = box();
    if (!field) return;
    // Whoever went to another field meanwhile stays there.
    if (early || whole.length || document.activeElement === document.body) pour(field);
    if (whole.length) send(field);
  };

  addEventListener("keydown", hear, true);
  addEventListener("focusin", focused, true);
  document.addEventListener("DOMContentLoaded", there);
})();
