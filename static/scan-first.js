/* A scan begins the instant a page appears, before its box has the focus: the letters that come meanwhile are kept,
   and put into the box before those that follow. Loaded first, so that it listens before anything is drawn; it stops
   listening once the box was given the focus, or once the page is there and has no box. */
(() => {
  "use strict";
  let early = "";
  let entered = false;

  const box = () => document.querySelector("main input.scan[autofocus], main form[data-scan] input[name=tag][autofocus]");

  const pour = (field) => {
    const kept = early;
    stop();
    if (kept) {
      field.value = kept + field.value;
      field.setSelectionRange(field.value.length, field.value.length);
    }
    if (document.activeElement !== field) field.focus();
    if (entered) field.form.requestSubmit();
  };

  const hear = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key.length === 1 && (early || event.key !== " ")) early += event.key;
    else if (event.key === "Enter" && early) entered = true;
    else return;
    event.preventDefault();
    const field = box();
    if (field && (!entered || document.readyState !== "loading")) pour(field);
  };

  const focused = (event) => {
    if (event.target === box()) pour(event.target);
  };

  const there = () => {
    const field = box();
    if (field) pour(field);
    else stop();
  };

  const stop = () => {
    early = "";
    removeEventListener("keydown", hear, true);
    removeEventListener("focusin", focused, true);
    document.removeEventListener("DOMContentLoaded", there);
  };

  addEventListener("keydown", hear, true);
  addEventListener("focusin", focused, true);
  document.addEventListener("DOMContentLoaded", there);
})();
