// Single keys for the pages that offer them. Each key is also a visible button, and they can be
// turned off (WCAG 2.1.4). In a text box no key acts but Escape, which leaves it.
const OFF = "ap-keys-off";
const typed = new Set(["text", "search", "email", "tel", "number", "file", "time"]);

const isTyping = (place) =>
  place.matches("textarea, select") || (place.matches("input") && typed.has(place.type));

const follow = (button) => {
  const target = document.querySelector(button.dataset.target);
  if (!target) return;
  if (target.matches("a, summary")) return target.click();
  if (button.dataset.then) {
    target.checked = true;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }
  (button.dataset.then ? document.querySelector(button.dataset.then) : target).focus();
};

export const listen = (bar) => {
  const off = document.querySelector("[data-keys-off]");
  const isOff = () => localStorage.getItem(OFF) === "1";
  document.body.classList.add("app-keys-on");
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]");
    if (button?.dataset.target) follow(button);
  });
  if (off) {
    off.checked = isOff();
    off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "1" : "0"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || isOff()) return;
    const button = bar.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button) {
      event.preventDefault();
      if (button.dataset.target) follow(button);
      else button.click(); // the page itself knows what the key is for
    }
  });
};
