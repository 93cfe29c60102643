"use strict";
// While there is a flood of forms, the browser does a sum before a form goes (ALTCHA's, by its own worker). Nobody has to
// do or to press anything for it; where it cannot be done, the form goes without, and the next page has ways round.
const TOGETHER = Math.min(4, Math.max(1, navigator.hardwareConcurrency || 1));
const WAIT_MS = 60000;

// The solution, by as many workers as the machine has room for: the first to find it ends the others.
function solve(challenge, address) {
  const workers = Array.from({ length: TOGETHER }, () => new Worker(address));
  const found = new Promise((resolve, reject) => {
    workers.forEach((worker, place) => {
      worker.onmessage = ({ data }) => (data && data.derivedKey ? resolve(data) : reject(new Error("not solved")));
      worker.onerror = () => reject(new Error("no worker"));
      worker.postMessage({ type: "work", challenge, counterStart: place, counterStep: TOGETHER, timeout: WAIT_MS });
    });
  });
  return found.finally(() => workers.forEach((worker) => worker.terminate()));
}

function prepare(part) {
  const form = part.closest("form"), said = part.querySelector("[data-work-said]");
  const challenge = JSON.parse(part.dataset.work);
  let state = "working", pressed = null;
  const go = () => {
    // Browsers of before 2022 have no way to press a button; the form alone says what most buttons do.
    if (!form.requestSubmit) form.submit();
    else if (pressed && pressed.form === form) form.requestSubmit(pressed);
    else form.requestSubmit();
  };
  const say = (words) => { said.textContent = words; };
  for (const hidden of form.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
  form.addEventListener("submit", (event) => {
    // A button that asks for a way round waits for nothing.
    if (state !== "working" || (event.submitter && event.submitter.name === "way")) return;
    event.preventDefault();
    pressed = event.submitter || pressed || form;
    say("Checking that this form comes from a browser. It goes by itself in a moment.");
  });
  if ("sendsItself" in part.dataset) {
    pressed = form;
    say("Checking that this form comes from a browser. It goes by itself in a moment.");
  }
  const end = (words) => {
    say(words);
    // Where this page sends itself, it does so once: the page after it says when the work was not taken.
    if (form.elements.worked) form.elements.worked.value = "1";
    if (pressed) go();
  };
  Promise.resolve()
    .then(() => solve(challenge, part.dataset.worker))
    .then((solution) => {
      form.elements.altcha.value = btoa(JSON.stringify({ challenge, solution }));
      state = "done";
      end(pressed ? "Checked. The form is on its way." : "");
    })
    .catch(() => {
      state = "failed";
      end("This browser could not do the check.");
    });
}

for (const part of document.querySelectorAll("[data-work]")) prepare(part);
