/* Warn whoever types before the session ends, and let it be renewed, or begun again, without leaving the page. */
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
  const signIn = () => {
    const link = made("a", "alert-link", "Connectez-vous dans un autre onglet");
    link.href = place.dataset.login;
    link.target = "_blank";
    link.rel = "noopener";
    return made("p", "mb-0", link, ", puis revenez ici\u00a0: ce que vous avez tapé reste dans cette page, et s’envoie.");
  };
  const OVER = () => made(
    "div", "alert alert-danger", made("p", "", `Votre session s’est terminée à ${end.hour}.`), signIn(),
  );
  const OTHER = () => made(
    "p", "alert alert-danger",
    "Un autre compte, ou un autre rôle, est ouvert maintenant. Cette page s’envoie dans le rôle où elle a été ouverte\u00a0: "
    + "reprenez-le dans l’autre onglet, puis revenez ici.",
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
  let isOver = false;

  const show = (what) => {
    if (shown === what) return;
    shown = what;
    place.replaceChildren(...(what ? [what()] : []));
  };
  // Whoever signed in again has another token: without it, what is typed here would be refused.
  const takeUp = async () => {
    try {
      const answer = await fetch(place.dataset.account);
      if (!answer.ok || answer.redirected) return false;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const there = page.getElementById(place.id);
      const token = page.querySelector("[name=csrfmiddlewaretoken]");
      if (!there || !token) return false;
      if (there.dataset.who !== place.dataset.who) { show(OTHER); return false; }
      for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token.value;
      isOver = false;
      end = after(there.dataset.left, there.dataset.hour);
      share();
      look();
      return true;
    } catch { return false; }
  };
  const finish = () => {
    isOver = true;
    if (shown !== OTHER) show(OVER);
  };
  const look = () => {
    if (isOver) return;
    const passed = end.at <= Date.now();
    const { at } = end;
    learn();
    const left = end.at - Date.now();
    if (passed) {
      finish();
      if (end.at > at) takeUp();
    } else show(left > warned ? null : ENDING);
  };
  const comeBack = () => {
    look();
    if (isOver && document.visibilityState === "visible") takeUp();
  };

  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
    try {
      const answer = await fetch(place.dataset.url, { method: "POST", headers });
      if (!answer.ok || answer.redirected) { finish(); return; }
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
  document.addEventListener("visibilitychange", comeBack);
  window.addEventListener("focus", comeBack);
  document.addEventListener("submit", async (event) => {
    look();
    if (!isOver || !event.target.closest("main") || event.target.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await takeUp()) event.target.requestSubmit(event.submitter);
    else place.scrollIntoView();
  }, true);
})();
