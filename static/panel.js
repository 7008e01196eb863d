// The clock of the presenter's page: what is left of the meeting is shared out over the items that
// are left, in the proportion that was planned. Without scripts the page says what was planned.
const MINUTE = 60_000;

const words = (minutes) => `${minutes} minute${minutes === 1 ? "" : "s"}`;

export const run = (clock) => {
  const until = Date.parse(clock.dataset.until);
  const planned = Number(clock.dataset.planned);
  const rest = Number(clock.dataset.rest) || planned;
  const items = Number(clock.dataset.left);
  const key = `ap-panel-item:${clock.dataset.item}`;
  const began = Number(sessionStorage.getItem(key)) || Date.now();
  sessionStorage.setItem(key, String(began));
  const share = (Math.max(until - began, 0) / MINUTE) * (planned / rest);
  let said = "";
  const tell = () => {
    const left = Math.ceil((began + share * MINUTE - Date.now()) / MINUTE);
    const whole = Math.max(Math.ceil((until - Date.now()) / MINUTE), 0);
    const mine = left > 0 ? `${words(left)} for this item` : "The time of this item is over";
    const others = items > 1 ? `, for ${items} items` : "";
    const now = `${mine}. ${words(whole)} left of the meeting${others}.`;
    if (now !== said) clock.textContent = said = now;
  };
  tell();
  setInterval(tell, 1000);
};

// What an outcome needs is shown when it is chosen: without scripts all of it is there. Who chooses
// by a key goes on in the first box. (The radios of GOV.UK Frontend would set aria-expanded on a
// radio, which no reader understands.)
export const lead = (place) => {
  const radios = [...place.querySelectorAll("[name=outcome]")];
  const show = () => {
    radios.forEach((radio) => {
      const needed = radio.dataset.shows && document.getElementById(radio.dataset.shows);
      if (needed) needed.hidden = !radio.checked;
    });
  };
  place.addEventListener("change", show);
  show();
  place.dataset.ready = "";
  document.querySelectorAll("[data-outcome]").forEach((button) => {
    button.addEventListener("click", () => {
      radios.find((radio) => radio.value === button.dataset.outcome).click();
      place.querySelector(`[name=${button.dataset.first}]`).focus();
    });
  });
};
