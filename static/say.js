// The young person's pages: leave fast, save while writing, record, read aloud. Nothing is kept in
// the browser, and every page works without this.
const PAUSE = 3000;
const MOST_SECONDS = 290;
const RATE = 32000;

const leave = () => {
  document.querySelector("[data-exit]")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    speechSynthesis?.cancel();
    location.replace(event.currentTarget.href);
  });
};

const keep = (form, said) => {
  let timer;
  const save = async () => {
    const data = new FormData(form);
    data.delete("recording");
    data.delete("press");
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, headers: { "X-Autosave": "1" }, redirect: "manual" });
      if (!answer.ok) throw new Error(answer.status);
      said.textContent = "Saved.";
    } catch {
      said.textContent = "Not saved yet. Press “Save and go on”.";
    }
    said.hidden = false;
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
};

const record = (box) => {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  const begin = box.querySelector("[data-record-start]");
  const stop = box.querySelector("[data-record-stop]");
  const says = box.querySelector("[data-record-says]");
  const file = document.querySelector("#id_recording");
  box.hidden = false;
  let recorder, seconds, clock;
  const done = (parts, type) => {
    const held = new DataTransfer();
    held.items.add(new File(parts, "recording", { type }));
    file.files = held.files;
    says.textContent = `You recorded ${seconds} seconds. Press “Save and go on” to keep it.`;
  };
  begin.addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      says.textContent = "We cannot hear you. Your phone did not let us. You can write instead.";
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(stream, { audioBitsPerSecond: RATE });
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      done(parts, recorder.mimeType);
      begin.hidden = false;
      stop.hidden = true;
    });
    recorder.start();
    seconds = 0;
    clock = setInterval(() => {
      seconds += 1;
      if (seconds >= MOST_SECONDS) recorder.stop();
    }, 1000);
    says.textContent = "We are recording. Speak now. Press “Stop” when you are done.";
    begin.hidden = true;
    stop.hidden = false;
    stop.focus();
  });
  stop.addEventListener("click", () => {
    recorder.stop();
    begin.focus();
  });
};

const aloud = (box) => {
  if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) return;
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    if (speechSynthesis.speaking) return speechSynthesis.cancel();
    const words = document.querySelector("main").innerText.replace(/Read this to me/, "");
    const speech = new SpeechSynthesisUtterance(words);
    speech.lang = "en-GB";
    speechSynthesis.speak(speech);
  });
};

export const listen = (page) => {
  leave();
  const form = page.querySelector("[data-keep]");
  if (form) keep(form, page.querySelector("[data-kept]"));
  const box = page.querySelector("[data-record]");
  if (box) record(box);
  aloud(page.querySelector("[data-aloud]"));
};
