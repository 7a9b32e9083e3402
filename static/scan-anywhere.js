/* A tag scanned while no box is in focus: its letters come faster than a hand types and end with Enter. They go to the
   box of the page that takes tags, or to the search box of every page; Enter presses no button that has the focus. */
(() => {
  "use strict";
  const APART = 60;
  const SHORTEST = 4;
  let typed = "";
  let last = 0;

  const box = () => document.querySelector("main input.scan, main form[data-scan] input[name=tag]") || document.getElementById("site-search");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !box()) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.timeStamp - last > APART) typed = "";
    last = event.timeStamp;
    if (event.key.length === 1) {
      typed += event.key;
    } else if (event.key === "Enter" && typed.length >= SHORTEST) {
      event.preventDefault();
      box().value = typed;
      box().form.requestSubmit();
    }
    if (event.key !== "Shift") typed = event.key.length === 1 ? typed : "";
  }, true);
})();
