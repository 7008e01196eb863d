// Warn before a sign-in ends because nothing happened (WCAG 2.2.1), and let the person stay.
// What is typed stays in the page: after the end a form is kept back until somebody is signed in.
const SEEN = "ap-seen";

export const warn = (dialog) => {
  const idle = Number(dialog.dataset.idle) * 1000;
  const ahead = Number(dialog.dataset.warning) * 1000;
  const [title, words] = ["h2", "p"].map((name) => dialog.querySelector(name));
  const stay = dialog.querySelector("[data-stay]");
  const usual = [title.textContent, words.textContent];
  let seen = Date.now(), isOver = false, isDismissed = false;

  const share = () => {
    try {
      localStorage.setItem(SEEN, String(seen));
    } catch { /* without storage each tab counts for itself */ }
  };
  const say = (first, second) => {
    title.textContent = first;
    words.textContent = second;
  };
  const open = () => {
    if (dialog.open) return;
    dialog.showModal(); // keeps the focus inside, and gives it back
    stay.focus();
  };
  const renewed = (at) => {
    seen = at;
    isOver = isDismissed = false;
    say(...usual);
    if (dialog.open) dialog.close();
  };
  const end = () => {
    isOver = true;
    say(dialog.dataset.overTitle, dialog.dataset.overWords);
    open();
  };
  const look = () => {
    const left = seen + idle - Date.now();
    if (isOver) return;
    if (left <= 0) end();
    else if (left <= ahead && !isDismissed) open();
  };
  const ask = async () => {
    try {
      const answer = await fetch(dialog.dataset.url, { redirect: "manual" });
      if (!answer.ok) return end();
      const told = await answer.json();
      if (told.user !== dialog.dataset.user) return end();
      for (const box of document.querySelectorAll("[name=csrfmiddlewaretoken]")) box.value = told.token;
      renewed(Date.now());
      share();
    } catch {
      say(usual[0], dialog.dataset.away);
    }
  };

  share();
  setInterval(look, Math.min(5000, ahead));
  document.addEventListener("visibilitychange", look);
  stay.addEventListener("click", ask);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    ask();
  });
  dialog.querySelector("[data-later]").addEventListener("click", () => {
    isDismissed = true;
    dialog.close();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === SEEN && Number(event.newValue) > seen) renewed(Number(event.newValue));
  });
  document.addEventListener("app-saved", () => {
    renewed(Date.now());
    share();
  });
  document.addEventListener("submit", (event) => {
    if (!isOver || event.target.method === "dialog") return;
    event.preventDefault();
    end();
  }, true);
};
