/* A signature drawn with a finger, a pen or a mouse. Without scripts the frame stays hidden: one signs on paper. */
(() => {
  "use strict";
  for (const frame of document.querySelectorAll("[data-signature]")) {
    const canvas = frame.querySelector("canvas");
    const kept = document.getElementById(frame.dataset.signature);
    const said = frame.querySelector("[data-signature-said]");
    const ink = canvas.getContext("2d");
    const choices = document.querySelectorAll('input[name="proof"]');
    let drawing = false;

    const show = () => {
      const chosen = document.querySelector('input[name="proof"]:checked');
      frame.hidden = !chosen || chosen.value !== "drawn";
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };
    const clean = () => {
      ink.fillStyle = "#fff";
      ink.fillRect(0, 0, canvas.width, canvas.height);
      ink.lineWidth = 3;
      ink.lineCap = "round";
      ink.strokeStyle = "#20272a";
      kept.value = "";
      said.textContent = "Rien n’est encore tracé.";
    };

    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      ink.beginPath();
      ink.moveTo(...place(event));
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      ink.lineTo(...place(event));
      ink.stroke();
      event.preventDefault();
    });
    const stop = () => {
      if (!drawing) return;
      drawing = false;
      kept.value = canvas.toDataURL("image/png");
      said.textContent = "Signature tracée.";
    };
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointercancel", stop);
    frame.querySelector("[data-signature-clean]").addEventListener("click", clean);
    for (const choice of choices) choice.addEventListener("change", show);
    const before = kept.value;
    clean();
    if (before) {
      // The page is shown again: what was drawn is still there.
      const drawn = new Image();
      drawn.addEventListener("load", () => ink.drawImage(drawn, 0, 0));
      drawn.src = before;
      kept.value = before;
      said.textContent = "Signature tracée.";
    }
    show();
  }
})();
