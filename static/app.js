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
