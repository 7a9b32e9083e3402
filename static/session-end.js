/* Warn whoever types before the session ends, and let it be renewed without leaving the page. */
(() => {
  "use strict";
  const place = document.getElementById("fin-de-session");
  if (!place || !document.querySelector("main form[method=post]")) return;
  const KEPT = "session-end";
  const warned = Number(place.dataset.warned) * 1000;
  // Words are here rather than in the page: few pages are open long enough to say them.
  const made = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  };
  const ENDING = () => {
    const button = made("button", "btn btn-primary", "Rester connecté");
    const told = `Votre session se termine à ${end.hour}\u00a0: ce que vous tapez serait perdu.`;
    return made("form", "alert alert-warning", made("p", "", told), button);
  };
  const OVER = () => made(
    "p", "alert alert-danger",
    `Votre session s’est terminée à ${end.hour}, sauf si vous avez ouvert une autre page depuis. `
    + "Copiez ce que vous avez tapé avant d’enregistrer.",
  );
  const after = (left, hour) => ({ at: Date.now() + Number(left) * 1000, hour });
  // Whatever tab renews it, the session is the same.
  const share = () => { try { localStorage.setItem(KEPT, JSON.stringify(end)); } catch { /* kept nowhere */ } };
  const known = () => { try { return JSON.parse(localStorage.getItem(KEPT)); } catch { return null; } };
  const learn = () => {
    const shared = known();
    if (shared && shared.at > end.at) end = shared;
  };
  // A page taken again from the history was drawn long ago: the time it says is not what is left now.
  const again = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  let end = (again && known()) || after(place.dataset.left, place.dataset.hour);
  let shown = null;

  const show = (what) => {
    if (shown === what) return;
    shown = what;
    place.replaceChildren(...(what ? [what()] : []));
  };
  const look = () => {
    learn();
    const left = end.at - Date.now();
    if (left > warned) show(null);
    else show(left > 0 ? ENDING : OVER);
  };

  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
    try {
      const answer = await fetch(place.dataset.url, { method: "POST", headers });
      if (!answer.ok || answer.redirected) { show(OVER); return; }
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
