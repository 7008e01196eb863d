// Start GOV.UK Frontend and what pages ask for by an attribute. Every page works without this.
import { initAll } from "./built/govuk-frontend.min.js";

initAll();

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form");
  if (event.ctrlKey && event.key === "Enter" && form) form.requestSubmit();
});

const start = async (selector, load, name) => {
  const found = document.querySelector(selector);
  if (found) (await load())[name](found);
};

start("[data-keys]", () => import("./keys.js"), "listen");
start("[data-autosave]", () => import("./autosave.js"), "watch");
start("[data-idle-warning]", () => import("./idle.js"), "warn");
start("[data-say]", () => import("./say.js"), "listen");
start("[data-register]", () => import("./register.js"), "open");
start("[data-panel-clock]", () => import("./panel.js"), "run");
start("[data-decision]", () => import("./panel.js"), "lead");
start("[data-sortable]", () => import("./sort.js"), "sortable");

// Marks of a register that wait on this device (see queue.js): said on every page, kept until they
// are sent, and gone with the sign-in. Who signs out is told once what would be lost.
const waits = () => Object.keys(localStorage).some((name) => name.startsWith("ap-mark:"));
const wake = async () => {
  const { clear, expire, remind } = await import("./queue.js");
  let isTold = false;
  if (!document.querySelector("[data-register]")) { // which sends and forgets by itself
    expire();
    remind();
  }
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-sign-out]");
    if (!form || !waits()) return;
    if (isTold) return clear();
    event.preventDefault();
    isTold = true;
    const words = document.createElement("p");
    words.role = "alert";
    words.textContent = "Marks are not sent yet. Signing out loses them: press again to sign out all the same.";
    form.after(words);
  });
};
if (document.querySelector("[data-register]") || waits()) wake();
