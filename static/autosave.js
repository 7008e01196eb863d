// Save a draft as it is written: two seconds after the first key that is not saved, however long
// the typing goes on, and on leaving a box.
// What cannot be saved stays in the boxes, is said in words, and is tried again.
const PAUSE = 2000;
const LONGEST = 30000;

export const watch = (said) => {
  const form = document.querySelector("form.app-form");
  let timer, wait = PAUSE, isBusy = false, isDirty = false, isStopped = false;
  const say = (words) => {
    said.hidden = false;
    said.textContent = words;
  };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const save = async () => {
    if (isBusy || !isDirty || isStopped) return;
    isBusy = true;
    isDirty = false;
    try {
      const answer = await fetch(form.action || location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Autosave": "1" },
        redirect: "manual",
      });
      if (answer.ok) {
        const told = await answer.json();
        form.elements.revision.value = told.revision;
        say(`Saved ${told.saved}.`);
        document.dispatchEvent(new Event("app-saved")); // the sign-in is renewed with it
        wait = PAUSE;
      } else if (answer.status === 409) {
        isStopped = true;
        say("Not saved: somebody else saved other answers. Press the button to see both; your text is kept.");
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        isDirty = true;
        say("Not saved: you are signed out. Sign in in another tab, then go on here; your text is kept.");
        later(LONGEST);
      } else {
        throw new Error(answer.status);
      }
    } catch {
      isDirty = true;
      wait = Math.min(wait * 2, LONGEST);
      say("Not saved yet: no connection. Your text is kept, and it is tried again.");
      later(wait);
    }
    isBusy = false;
    if (isDirty && !isStopped) later(wait);
  };
  form.addEventListener("input", () => {
    if (!isDirty && !isBusy) later(PAUSE); // a timer that every key put off would never run out
    isDirty = true;
  });
  form.addEventListener("focusout", () => later(0));
  // What was typed before this file had come is saved like the rest.
  const isTyped = (box) => box.type !== "hidden" && (box.value !== box.defaultValue || box.checked !== box.defaultChecked);
  if ([...form.querySelectorAll("input, textarea")].some(isTyped)) {
    isDirty = true;
    later(PAUSE);
  }
  form.addEventListener("submit", () => {
    isStopped = true;
  });
};
