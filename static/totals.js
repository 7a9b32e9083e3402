/* The totals of a grid of boxes, as one types. Without scripts they are those of the last time the page was saved. */
(() => {
  "use strict";
  const written = new Intl.NumberFormat("fr-FR");
  // An empty box of an amendment leaves the quantity as it is.
  const held = (box) => box.value.trim() || box.dataset.unchanged || "";
  const counted = (box) => (/^\d+$/.test(held(box)) ? Number(held(box)) : 0);
  const sum = (boxes) => boxes.reduce((total, box) => total + counted(box), 0);
  for (const grid of document.querySelectorAll("[data-totals]")) {
    const rows = [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
    const ends = [...grid.querySelectorAll("[data-total-row]")];
    const feet = [...grid.querySelectorAll("[data-total-column]")].map((cell) => cell.firstElementChild || cell);
    grid.addEventListener("input", () => {
      rows.forEach((boxes, rank) => { ends[rank].textContent = written.format(sum(boxes)); });
      feet.forEach((cell, year) => {
        const boxes = year < feet.length - 1 ? rows.map((row) => row[year]) : rows.flat();
        cell.textContent = written.format(sum(boxes));
      });
    });
  }
})();
