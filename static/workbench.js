/* The page where a device is declared reconditioned. Enter says in which block it was pressed: only beside the price does
   it declare. Once nothing is missing, whoever ticks with the pointer finds Enter on the button that declares; a
   keyboard is left where it is. */
(() => {
  "use strict";
  const form = document.getElementById("etabli");
  if (!form) return;
  let pointed = false;

  const declare = () => document.querySelector("#declarer:enabled");

  form.addEventListener("keydown", (event) => {
    pointed = false;
    if (event.key === "Enter") form.elements.entered.value = event.target.closest("section")?.id || "";
  }, true);
  form.addEventListener("pointerdown", () => { pointed = true; }, true);

  document.body.addEventListener("htmx:afterSettle", () => {
    const at = document.activeElement;
    if (pointed && at?.matches("#etabli input[type=radio], #etabli input[type=checkbox]")) declare()?.focus();
  });
  addEventListener("load", () => { if (location.hash === "#prix") setTimeout(() => declare()?.focus()); });
})();
