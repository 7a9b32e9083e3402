/* A sound for each scan that was answered: two high notes when it is done, one low and long when it is refused, a short
   one when there was nothing to do, two when a label comes next, a short then a low one when a warning is to be read.
   The page says the same in words and signs; the browser
   may keep it silent until something was typed or pressed. */
(() => {
  "use strict";
  const NOTES = {
    done: [[880, 0, 0.08], [1175, 0.09, 0.1]],
    again: [[660, 0, 0.08]],
    next: [[660, 0, 0.08], [880, 0.09, 0.08]],
    refused: [[196, 0, 0.45]],
    warned: [[660, 0, 0.08], [196, 0.09, 0.45]],
  };
  const main = document.querySelector("main");
  let context = null;

  const play = (notes) => {
    context ??= new AudioContext();
    notes.forEach(([frequency, start, lasting]) => {
      const note = context.createOscillator();
      const loudness = context.createGain();
      note.type = frequency < 300 ? "square" : "sine";
      note.frequency.value = frequency;
      loudness.gain.value = 0.15;
      note.connect(loudness).connect(context.destination);
      note.start(context.currentTime + start);
      note.stop(context.currentTime + start + lasting);
    });
  };

  main.addEventListener("scanned", () => {
    const latest = main.querySelector("[data-answers] > [data-outcome]");
    const outcome = main.querySelector(".is-invalid") ? "refused" : latest?.dataset.outcome;
    if (outcome && window.AudioContext) play(NOTES[outcome]);
  });
})();
