/* Tags scanned faster than the server answers. Each one is taken out of the box at once and sent after the one before;
   the page is put up to date around the box, so that no letter of the next tag is lost. What is refused stays under
   the eyes. Without scripts each tag sends the page. */
(() => {
  "use strict";
  const KEPT = 3;
  const main = document.querySelector("main");
  const waiting = [];
  const earlier = new Set();
  const touched = new Set();
  let busy = false;
  let pressed = null;

  const form = () => main.querySelector("form[data-scan]");
  const told = (page) => page.querySelector(":scope > [role=status]");
  const title = (page) => page.querySelector(":scope > h1");
  // What no scan changes stays; the answer need not say it again.
  const moves = (page) => [...page.children].filter((child) => ![told(page), title(page)].includes(child) && !child.matches("[data-standing]"));

  // What a person changed since the scan left is newer than its answer: each box is told by its name, a choice by its
  // value too.
  const same = (box, kept) => box.name === kept.name && (!["radio", "checkbox"].includes(box.type) || box.value === kept.value);
  const written = () => [...form().elements].filter((box) => touched.has(box.name)).map(({ name, value, checked }) => ({ name, value, checked }));
  const rewrite = (kept) => {
    const box = [...form().elements].find((each) => same(each, kept));
    if (box) Object.assign(box, kept);
  };

  const swap = (page, tag) => {
    const fresh = page.querySelector("main");
    const active = form().contains(document.activeElement) ? document.activeElement : null;
    const typed = Object.fromEntries(["tag", "place"].map((name) => [name, form().elements[name]?.value]));
    const changed = written();
    const refused = [...main.querySelectorAll("[data-refused]")].filter((kept) => kept.dataset.refused !== tag);
    told(main).replaceChildren(...told(fresh).childNodes);
    title(main).replaceChildren(...title(fresh).childNodes);
    // By the parent: in a form that has a button called « remove », form.remove is that button.
    moves(main).forEach((child) => main.removeChild(child));
    main.append(...moves(fresh));
    form().before(...refused);
    keepTheLast(tag);
    Object.entries(typed).forEach(([name, value]) => { if (value !== undefined) form().elements[name].value = value; });
    changed.forEach(rewrite);
    const field = active && ([...form().elements].find((each) => active.name && same(each, active)) || form().elements.tag);
    if (field) field.focus();
    // A box to tick has no letters to stand after.
    if (field?.setSelectionRange && field.selectionStart !== null) field.setSelectionRange(field.value.length, field.value.length);
    document.title = page.title;
    main.dispatchEvent(new Event("scanned"));
  };

  // The newest is first. Those pushed out are still named, or their machines would wait on the table for nobody, until
  // somebody says that he read them.
  const keepTheLast = (tag) => {
    const refused = [...main.querySelectorAll("[data-refused]")];
    const newest = refused[0]?.dataset.refused === tag ? 1 : 0;
    earlier.delete(tag);
    refused.slice(KEPT + newest).forEach((kept) => {
      if (kept.matches(".alert-danger")) earlier.add(kept.dataset.refused);
      kept.remove();
    });
    main.querySelectorAll("[data-named], [data-read]").forEach((one) => one.remove());
    const named = earlier.size && form().dataset.earlier?.replace("{}", [...earlier].join(", "));
    if (named) {
      const alert = said(named);
      alert.dataset.named = "";
      form().before(alert);
    }
    if (form().dataset.seen && (named || refused.length > 1)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary btn-sm mb-3";
      button.textContent = form().dataset.seen;
      button.dataset.read = "";
      form().before(button);
    }
  };

  main.addEventListener("click", (event) => {
    if (!event.target.matches("[data-read]")) return;
    earlier.clear();
    main.querySelectorAll("[data-refused], [data-named], [data-read]").forEach((one) => one.remove());
    form().elements.tag.focus();
  });

  main.addEventListener("input", (event) => { if (event.target.form === form()) touched.add(event.target.name); });

  const said = (sentence) => {
    const alert = document.createElement("p");
    alert.className = "alert alert-danger";
    alert.textContent = sentence;
    return alert;
  };

  const fail = (tag) => {
    const alert = said(form().dataset.unsent.replace("{}", tag));
    alert.setAttribute("role", "alert");
    alert.dataset.refused = tag;
    main.querySelectorAll("[data-refused]").forEach((kept) => { if (kept.dataset.refused === tag) kept.remove(); });
    (main.querySelector("[data-refused]") || form()).before(alert);
    keepTheLast(tag);
  };

  const send = async (tag) => {
    const data = new FormData(form(), form().querySelector("button[type=submit]"));
    data.set("tag", tag);
    data.set("scripted", "1");
    touched.clear();
    try {
      const response = await fetch(location.href, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!response.ok || !page.querySelector("form[data-scan]")) throw new Error(response.status);
      swap(page, tag);
      history.replaceState(null, "", response.url);
    } catch {
      fail(tag);
    }
  };

  const empty = async () => {
    busy = true;
    while (waiting.length) await send(waiting.shift());
    busy = false;
    const button = pressed && [...form().elements].find((each) => each.name === pressed.name && each.value === pressed.value);
    pressed = null;
    if (button) form().requestSubmit(button);
  };

  main.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    const button = event.submitter;
    if (button && button !== form().querySelector("button[type=submit]")) {
      if (busy) { event.preventDefault(); pressed = { name: button.name, value: button.value }; }
      return;
    }
    event.preventDefault();
    waiting.push(form().elements.tag.value.trim());
    form().elements.tag.value = "";
    if (!busy) empty();
  });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
