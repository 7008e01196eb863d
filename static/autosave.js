// Save a draft as it is written: two seconds after the first key that is not saved, however long
// the typing goes on, and on leaving a box.
// What cannot be saved stays in the boxes, is said in words, and is tried again. What is too long,
// or no date, is said beside its box, and leaving the page with it asks first.
const PAUSE = 2000;
const LONGEST = 30000;

// Say beside a box why its answer is not saved; without words, say nothing there any more.
const sayBeside = (name, words) => {
  const group = document.getElementById(`div_id_${name}`);
  const id = `id_${name}_refused`;
  const box = group.querySelector("fieldset, textarea, input");
  const others = (box.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  const isWrong = Boolean(words) || group.querySelector(".govuk-error-message:not([data-refused])") !== null;
  group.classList.toggle("govuk-form-group--error", isWrong);
  box.setAttribute("aria-describedby", [...others, ...(words ? [id] : [])].join(" "));
  let line = document.getElementById(id);
  if (!words) return line?.remove();
  if (!line) {
    line = document.createElement("p");
    Object.assign(line, { id, className: "govuk-error-message" });
    line.dataset.refused = "";
    group.querySelector(".govuk-date-input, .govuk-radios, textarea, input").before(line);
  }
  line.textContent = words;
};

export const watch = (said) => {
  const form = document.querySelector("form.app-form");
  let timer, wait = PAUSE, isBusy = false, isDirty = false, isStopped = false, isSent = false, refused = {};
  // Nobody is stopped between the day and the month: a date is complained of when it is left.
  const isBeingWritten = (name) => {
    const date = document.getElementById(`div_id_${name}`)?.querySelector(".govuk-date-input");
    return date?.contains(document.activeElement) ?? false;
  };
  const showRefused = (before = refused) => {
    for (const name of new Set([...Object.keys(before), ...Object.keys(refused)])) {
      if (!refused[name] || !isBeingWritten(name)) sayBeside(name, refused[name]?.words);
    }
  };
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
        const before = refused;
        refused = told.refused;
        showRefused(before);
        const names = Object.values(refused).map((one) => one.label).join("; ");
        say(names ? `Not saved: ${names}. Your text is kept in the box. The rest is saved, ${told.saved}.` : `Saved ${told.saved}.`);
        document.dispatchEvent(new Event("app-saved")); // the sign-in is renewed with it
        wait = PAUSE;
      } else if (answer.status === 409) {
        isStopped = true;
        say("Not saved: somebody else saved other answers. Press the button to see both; your text is kept.");
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        isDirty = true;
        say("Not saved: you are signed out. Sign in in another tab, then go on here; your text is kept.");
        wait = LONGEST;
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
  form.addEventListener("focusout", () => {
    later(0);
    setTimeout(() => showRefused()); // once the focus is where it goes
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && ((isDirty && wait > PAUSE) || isStopped || Object.keys(refused).length)) event.preventDefault();
  });
  // What was typed before this file had come is saved like the rest.
  const isTyped = (box) => box.type !== "hidden" && (box.value !== box.defaultValue || box.checked !== box.defaultChecked);
  if ([...form.querySelectorAll("input, textarea")].some(isTyped)) {
    isDirty = true;
    later(PAUSE);
  }
  form.addEventListener("submit", () => {
    isSent = isStopped = true;
  });
};
