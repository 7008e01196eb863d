// What waits on this device to be sent to a register: row numbers, codes, keys and times. No name
// and no written word is stored: a note or a reason waits in the open page only.
const PREFIX = "ap-mark:";
const LONGEST = 12 * 60 * 60 * 1000;
const PAUSE = 2000;
const SLOWEST = 30000;
const AT_ONCE = 50;

const stored = () => {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
};
const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};
const isPlain = (entry) => !entry.reason && !entry.note;
const isOld = (entry) => !(Date.now() - Date.parse(entry?.tapped) < LONGEST);

// Forget what waited for 12 hours, and say how much that was.
export const expire = () => {
  const old = stored().filter((name) => isOld(read(name)));
  for (const name of old) localStorage.removeItem(name);
  return old.length;
};

export const clear = () => {
  for (const name of stored()) localStorage.removeItem(name);
};

export const paths = (user) =>
  stored().filter((name) => name.startsWith(`${PREFIX}${user}:`)).map((name) => read(name)?.at);

// Send one line after another for each row, and all rows of a register together; try again with
// growing pauses. `tell(entry, answer, told)` hears each answer, `state()` every change.
export class Queue {
  constructor({ user, token, stay, tell, state, refuse }) {
    Object.assign(this, { user, token, stay, tell, state, refuse });
    this.wait = PAUSE;
    this.flying = [];
    this.mood = "";
    const names = stored().filter((name) => name.startsWith(`${PREFIX}${user}:`));
    this.entries = names.map(read).filter((entry) => entry?.key && entry.at);
    this.entries.sort((one, other) => one.tapped.localeCompare(other.tapped));
    for (const event of ["online", "pageshow"]) window.addEventListener(event, () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
  }

  of(path, row) {
    return this.entries.filter((entry) => entry.at === path && entry.row === row);
  }

  get rows() {
    return new Set(this.entries.map((entry) => `${entry.at} ${entry.row}`)).size;
  }

  store(entry) {
    try {
      if (isPlain(entry)) localStorage.setItem(`${PREFIX}${this.user}:${entry.key}`, JSON.stringify(entry));
    } catch { /* without storage the mark waits in the page */ }
  }

  drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    try {
      localStorage.removeItem(`${PREFIX}${this.user}:${entry.key}`);
    } catch { /* nothing was stored */ }
  }

  // The newest choice of a row counts: what was never sent is replaced. What was sent may have
  // arrived, even where no answer came: it is waited for, because its answer says which version the
  // next choice has seen.
  push(entry) {
    const rows = this.of(entry.at, entry.row);
    const unsent = rows.filter((other) => !other.sent);
    const ahead = rows.find((other) => other.sent);
    if (unsent.length) Object.assign(entry, { seen: unsent[0].seen, behind: unsent[0].behind });
    else if (ahead) entry.behind = ahead.key;
    if (ahead && !entry.undo) entry.swift = true;
    unsent.forEach((other) => this.drop(other));
    if (!(entry.undo && unsent.length && !ahead)) {
      this.entries.push({ ...entry, key: crypto.randomUUID(), tapped: new Date().toISOString() });
      this.store(this.entries.at(-1));
    }
    this.state();
    this.send();
  }

  batch() {
    const rows = new Set();
    const at = this.entries.find((entry) => !entry.behind)?.at;
    return this.entries
      .filter((entry) => {
        if (entry.at !== at || entry.behind || rows.has(entry.row)) return false;
        return rows.add(entry.row);
      })
      .slice(0, AT_ONCE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send() {
    if (this.flying.length) return;
    const old = this.entries.filter(isOld);
    for (const entry of old) this.drop(entry);
    if (old.length) this.refuse(old, "This mark waited longer than 12 hours and is not sent. Mark it again.");
    for (const entry of this.entries) { // what it waited for is gone: the server will judge it
      if (entry.behind && !this.entries.some((other) => other.key === entry.behind)) delete entry.behind;
    }
    this.flying = this.batch();
    if (!this.flying.length) return;
    for (const entry of navigator.onLine ? this.flying : []) { // without a network nothing leaves
      entry.sent = true;
      this.store(entry);
    }
    this.state();
    try {
      await this.post(this.flying);
    } catch {
      this.mood = "away";
      this.wait = Math.min(this.wait * 2, SLOWEST);
      this.later(this.wait);
    }
    this.flying = [];
    this.state();
    if (!this.mood && this.entries.length) this.send();
  }

  async post(batch) {
    const lines = batch.map(({ at, behind, sent, ...line }) => line);
    const answer = await fetch(batch[0].at, {
      method: "POST",
      headers: { "X-Register": "1", "X-CSRFToken": this.token, "Content-Type": "application/json" },
      body: JSON.stringify({ lines }),
      redirect: "manual",
      signal: AbortSignal.timeout(15000),
    });
    if (answer.ok) return this.arrived(batch, await answer.json());
    if (answer.type === "opaqueredirect" || answer.status === 403) return this.askWho();
    if (answer.status >= 500) throw new Error(answer.status);
    const told = await answer.json().catch(() => ({}));
    for (const entry of batch) this.drop(entry);
    this.refuse(batch, told.problem || "This register is not yours to mark any more.");
  }

  arrived(batch, told) {
    this.mood = "";
    this.wait = PAUSE;
    for (const entry of batch) {
      const answer = told.lines[entry.key];
      this.drop(entry);
      for (const next of this.entries.filter((other) => other.behind === entry.key)) {
        next.seen = answer.problem ? entry.seen : answer.version;
        delete next.behind;
        this.store(next);
      }
      this.tell(entry, answer, told);
    }
    document.dispatchEvent(new Event("app-saved")); // the sign-in is renewed with it
  }

  // Who is signed out keeps the marks; a new sign-in in another tab brings a new token.
  async askWho() {
    const answer = await fetch(this.stay, { redirect: "manual" });
    const told = answer.ok ? await answer.json() : {};
    const wasFresh = this.mood === "fresh";
    this.mood = told.user === this.user ? "fresh" : "out";
    if (this.mood === "fresh") this.token = told.token;
    this.later(this.mood === "fresh" && !wasFresh ? 0 : SLOWEST);
  }
}

// On other pages: say that marks wait, and where they are sent from.
export const remind = () => {
  const user = document.querySelector("[data-idle-warning]")?.dataset.user;
  const found = user ? paths(user) : [];
  if (!found.length) return;
  const box = document.createElement("div");
  const link = document.createElement("a");
  box.className = "govuk-inset-text";
  link.className = "govuk-link";
  link.href = found[0];
  link.textContent = "Open the register";
  box.append(`${found.length === 1 ? "1 mark waits" : `${found.length} marks wait`} to be sent. `, link, " to send it.");
  document.querySelector("main").prepend(box);
};
