/* Warn whoever types before the session ends, and let it be renewed without leaving the page. */
(() => {
  "use strict";
  const place = document.getElementById("fin-de-session");
  if (!place || !document.querySelector("main form[method=post]")) return;
  const KEPT = "session-end";
  const warned = Number(place.dataset.warned) * 1000;
  const said = (name) => document.getElementById(name).content.cloneNode(true);
  const after = (left, hour) => ({ at: Date.now() + Number(left) * 1000, hour });
  let end = after(place.dataset.left, place.dataset.hour);
  let shown = "";

  // Whatever tab renews it, the session is the same.
  const share = () => { try { localStorage.setItem(KEPT, JSON.stringify(end)); } catch { /* kept nowhere */ } };
  const learn = () => {
    try {
      const known = JSON.parse(localStorage.getItem(KEPT));
      if (known && known.at > end.at) end = known;
    } catch { /* known to nobody */ }
  };
  const show = (name) => {
    if (shown === name) return;
    shown = name;
    const content = name ? said(name) : document.createDocumentFragment();
    content.querySelectorAll("[data-hour]").forEach((spot) => { spot.textContent = end.hour; });
    place.replaceChildren(content);
  };
  const look = () => {
    learn();
    const left = end.at - Date.now();
    if (left > warned) show("");
    else show(left > 0 ? "session-se-termine" : "session-terminee");
  };

  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (!answer.ok || answer.redirected) { show("session-terminee"); return; }
      const told = await answer.json();
      end = after(told.left, told.hour);
      share();
      look();
    } catch { /* no network for now: the warning stays */ }
  });
  learn();
  share();
  look();
  setInterval(look, 15000);
  document.addEventListener("visibilitychange", look);
})();
