// The register saves each tap by itself. Without this file the same page is a form with one button.
import { Queue, expire } from "./queue.js";

const ABSENT = "N", NEVER_KNOWN = "O";
const BOXES = ["minutes", "left", "note"];
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

class Line {
  constructor(element) {
    this.element = element;
    this.row = Number(element.dataset.line);
    this.version = Number(element.dataset.version);
    this.code = element.dataset.code;
    this.said = element.querySelector("[data-said]");
    this.problem = element.querySelector("[data-problem]");
    this.radios = [...element.querySelectorAll("input[type=radio]")];
    for (const name of [...BOXES, "why", "other", "reason", "seen", "was"]) {
      this[name] = element.querySelector(`[name="${name}-${this.row}"]`);
    }
    this.undo = this.button("Undo", "app-link-button");
    this.said.after(" ", this.undo);
    this.change = this.button("Save the change", "govuk-button govuk-button--secondary");
    this.reason.after(this.change);
  }

  button(words, kind) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: kind, textContent: words });
    made.hidden = words === "Undo";
    return made;
  }

  get chosen() {
    if (this.other.value) return this.other.value;
    const radio = this.radios.find((one) => one.checked)?.value || "";
    return radio === ABSENT ? this.why.value || ABSENT : radio;
  }

  get details() {
    const found = Object.fromEntries(BOXES.map((name) => [name, this[name].value.trim()]));
    if (this.chosen !== "L" && this.chosen !== "U") found.minutes = "";
    return found;
  }

  isReason(code) {
    return [...this.why.options].some((option) => option.value === code);
  }

  words(code) {
    const radio = this.radios.find((one) => one.value === code);
    if (radio) return radio.nextElementSibling.textContent;
    const options = [...this.why.options, ...this.other.options];
    return options.find((option) => option.value === code)?.textContent || code;
  }

  // Show a code in the boxes; `isSaved` makes it what the page goes back to.
  show(code, isSaved) {
    const reason = this.isReason(code);
    const wanted = reason ? ABSENT : code;
    for (const radio of this.radios) {
      radio.checked = radio.value === wanted;
      if (isSaved) radio.defaultChecked = radio.checked;
    }
    const quick = this.radios.some((radio) => radio.checked);
    this.why.value = reason ? code : ABSENT;
    this.other.value = quick ? "" : code;
    for (const select of isSaved ? [this.why, this.other] : []) {
      for (const option of select.options) option.defaultSelected = option.selected;
    }
  }

  say(words) {
    this.said.textContent = words;
  }

  tell(problem) {
    this.problem.textContent = problem;
    this.problem.hidden = !problem;
    this.element.classList.toggle("app-register__line--problem", Boolean(problem));
    this.element.querySelector("[data-which]")?.remove();
  }

  offerUndo(seconds) {
    clearTimeout(this.timer);
    this.isRecent = seconds > 0;
    this.undo.hidden = !this.isRecent;
    if (!this.isRecent) return;
    this.timer = setTimeout(() => {
      if (document.activeElement === this.undo) this.focus();
      this.offerUndo(0);
    }, seconds * 1000);
  }

  // What was typed stays in the boxes while its reason is asked for.
  keep(entry) {
    for (const name of BOXES) if (name in entry) this[name].value = entry[name];
  }

  focus() {
    (this.radios.find((radio) => radio.checked) || this.radios[0]).focus();
  }

  // Take over what the server says, and keep the plain form right with it.
  take(answer) {
    this.version = answer.version;
    this.code = answer.code;
    this.element.classList.toggle("app-register__line--marked", Boolean(answer.code));
    for (const name of BOXES) {
      if (document.activeElement !== this[name] && name in answer) this[name].value = answer[name] ?? "";
    }
    this.reason.value = "";
    this.seen.value = answer.version;
    this.was.value = [answer.code, ...BOXES.map((name) => answer[name] ?? "")].join("|");
    if (answer.code) {
      const late = answer.minutes ? `, ${answer.minutes} minutes late` : "";
      const left = answer.left ? `, left at ${answer.left}` : "";
      this.say(`✓ ${this.words(answer.code)}${late}${left}, saved ${answer.at} by ${answer.by}`);
    } else {
      this.say("Not marked");
    }
  }
}

export const open = (form) => {
  const path = location.pathname;
  const lines = new Map([...form.querySelectorAll("[data-line]")].map((element) => {
    const line = new Line(element);
    return [line.row, line];
  }));
  const [rest, last, waiting] = ["[data-rest]", "[data-said-last]", "[data-waiting]"].map((found) => document.querySelector(found));
  const seconds = Number(form.dataset.undo);
  const gone = expire();
  let current = null, lastTapped = null;
  document.body.classList.add("app-scripts-on");

  const queue = new Queue({
    user: form.dataset.user,
    token: form.querySelector("[name=csrfmiddlewaretoken]").value,
    stay: form.dataset.stay,
    state: () => draw(),
    refuse: (batch, problem) => batch.filter((entry) => entry.at === path).forEach((entry) => {
      const line = lines.get(entry.row);
      line?.tell(problem);
      line?.show(line.code);
      line?.say(line.code ? line.words(line.code) : "Not marked");
    }),
    tell: (entry, answer, told) => entry.at === path && arrived(entry, answer, told),
  });

  const draw = () => {
    let left = 0;
    for (const line of lines.values()) {
      const entries = queue.of(path, line.row);
      const entry = entries.at(-1);
      left += !line.code && !entries.length;
      if (entry) line.say(`${queue.mood ? "Waiting to send" : "Saving"}: ${entry.undo ? "undo" : line.words(entry.code)}`);
      if (entry) line.undo.hidden = Boolean(entry.undo) || !(queue.mood || line.isRecent);
    }
    rest.hidden = !left;
    rest.textContent = `Mark ${left} remaining present`;
    drawWaiting();
  };

  const drawWaiting = () => {
    const number = queue.rows;
    const marks = count(number, "mark is", "marks are");
    waiting.hidden = !number || !queue.mood;
    if (waiting.hidden) return;
    const text = queue.entries.some((entry) => entry.note || entry.reason)
      ? " Keep this page open: a note or a reason waits in the page only."
      : "";
    if (queue.mood !== "out") {
      waiting.textContent = `${marks} waiting to be sent. They are kept on this device, and sent when there is a connection.${text}`;
      return;
    }
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = `${form.dataset.signIn}?next=${encodeURIComponent(path)}`;
    link.textContent = "Sign in";
    waiting.replaceChildren(`You are signed out. ${marks} kept on this device. `, link, `, and they are saved when you are back on this page.${text}`);
  };

  const arrived = (entry, answer, told) => {
    const line = lines.get(entry.row);
    last.textContent = `${told.marked} of ${told.expected} marked, saved ${told.saved}`;
    document.querySelector("[data-count]").textContent = `${told.marked} of ${told.expected} marked`;
    if (!line) return;
    const more = queue.of(path, line.row).length;
    line.take(answer);
    line.tell(more ? "" : answer.problem);
    if (more) return;
    if (answer.asks) {
      line.show(answer.asks === "which" ? answer.code : entry.code);
      if (answer.asks === "reason") line.keep(entry);
      if (answer.asks === "which") ask(line, entry, answer);
    } else {
      line.show(answer.code, true);
      if (answer.problem) line.offerUndo(0);
      else if (!("note" in entry)) line.offerUndo(entry.undo ? 0 : seconds);
    }
  };

  // Two people marked one pupil: show both, who and when, and ask which is right.
  const ask = (line, entry, answer) => {
    const box = document.createElement("div");
    box.dataset.which = "";
    box.className = "govuk-button-group";
    const theirs = line.button(`${line.words(answer.code)} is right`, "govuk-button govuk-button--secondary");
    const mine = line.button(`${line.words(entry.code)} is right`, "govuk-button govuk-button--secondary");
    line.problem.textContent = `${answer.by} marked ${line.words(answer.code)} at ${answer.at}. You chose ${line.words(entry.code)}. Which is right?`;
    theirs.addEventListener("click", () => {
      line.tell("");
      line.show(line.code, true);
      line.focus();
    });
    mine.addEventListener("click", () => {
      line.tell("");
      line.show(entry.code);
      line.reason.focus();
    });
    box.append(theirs, mine);
    line.problem.after(box);
  };

  const push = (line, more) => {
    if (line.chosen) queue.push({ at: path, row: line.row, code: line.chosen, seen: line.version, ...more });
  };

  const choose = (line) => {
    const isOpen = !line.version || line.isRecent || queue.of(path, line.row).length;
    lastTapped = line;
    if (line.chosen === line.code && !queue.of(path, line.row).length) return line.tell("");
    const tellsWhy = line.isReason(line.chosen) && line.chosen !== NEVER_KNOWN;
    if (!isOpen && !(line.code === ABSENT && tellsWhy)) {
      line.reason.focus(); // the box is shown by now: a change of an older mark needs its reason
      return;
    }
    line.tell("");
    const details = line.details;
    const beside = !line.version && BOXES.some((name) => details[name]) ? details : {};
    push(line, { swift: Boolean(line.version && line.isRecent), ...beside });
  };

  const undo = (line) => {
    if (!line || line.undo.hidden) return;
    line.show(line.version && !line.isRecent ? line.code : "");
    line.offerUndo(0);
    queue.push({ at: path, row: line.row, code: "", seen: line.version, undo: true });
    if (!queue.of(path, line.row).length) {
      line.show(line.code);
      line.say(line.code ? line.words(line.code) : "Not marked");
    }
    line.focus();
  };

  const change = (line) => {
    const isSame = line.chosen === line.code, reason = line.reason.value.trim();
    if (!reason) {
      line.tell(isSame
        ? "Say why minutes, leaving time or note are changed."
        : `Say why ${line.words(line.code)} is changed to ${line.words(line.chosen)}.`);
      return line.reason.focus();
    }
    line.tell("");
    push(line, { reason, ...(isSame ? line.details : {}) });
  };

  const markRest = () => {
    for (const line of lines.values()) {
      if (line.code || line.chosen || queue.of(path, line.row).length) continue;
      line.radios[0].checked = true;
      push(line, { rest: true });
    }
    last.textContent = "Saving";
  };

  const lineOf = (target) => lines.get(Number(target.closest?.("[data-line]")?.dataset.line));

  form.addEventListener("change", ({ target }) => {
    const line = lineOf(target);
    if (!line) return;
    if (target.type === "radio") line.other.value = "";
    if (target === line.other && line.other.value) line.radios.forEach((radio) => { radio.checked = false; });
    if (target.type === "radio" || target === line.why || target === line.other) choose(line);
    else if (BOXES.some((name) => line[name] === target)) {
      const reason = line.reason.value.trim();
      if (line.code && line.chosen === line.code) push(line, { ...line.details, ...(reason && { reason }) });
      else if (queue.of(path, line.row).length) push(line, line.details);
    }
  });
  form.addEventListener("click", ({ target }) => {
    const line = lineOf(target);
    if (line && target === line.undo) undo(line);
    if (line && target === line.change) change(line);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = lineOf(document.activeElement);
    if (event.submitter === rest) markRest();
    else if (line && document.activeElement === line.reason) change(line);
    else document.activeElement.blur(); // Enter in a box: it is saved on leaving it
  });

  // Arrows move and never mark: in a group of radios they would choose, and so save.
  const rows = [...lines.values()];
  const go = (line) => {
    if (current) current.element.classList.remove("app-register__line--current");
    current = line;
    line.element.classList.add("app-register__line--current");
  };
  form.addEventListener("focusin", ({ target }) => lineOf(target) && go(lineOf(target)));
  form.addEventListener("keydown", (event) => {
    const line = lineOf(event.target), step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!line || event.target.matches("select, input:not([type=radio])")) return;
    const place = line.radios.indexOf(event.target), aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) rows[rows.indexOf(line) + step]?.focus();
    else if (aside && place >= 0) line.radios[place + aside]?.focus();
    else return;
    event.preventDefault();
  });
  document.querySelector("[data-keys]").addEventListener("click", ({ target }) => {
    const button = target.closest("[data-choose], [data-undo-last]");
    if (!button) return;
    if ("undoLast" in button.dataset) return undo(lastTapped);
    const line = current || rows.find((one) => !one.code);
    if (!line) return;
    line.radios[Number(button.dataset.choose)].checked = true;
    line.other.value = "";
    choose(line);
    if (document.activeElement === line.reason) return;
    const after = rows.slice(rows.indexOf(line) + 1).find((one) => !one.chosen);
    (after || line).focus();
  });

  for (const entry of queue.entries) if (entry.at === path) lines.get(entry.row)?.show(entry.code);
  for (const line of rows) { // tapped while this file was on its way
    if (line.chosen && line.chosen !== line.code && !queue.of(path, line.row).length) choose(line);
  }
  if (gone) last.textContent = `${count(gone, "mark", "marks")} waited longer than 12 hours on this device and ${gone === 1 ? "is" : "are"} not sent any more. Look through the registers.`;
  draw();
  queue.send();
};
