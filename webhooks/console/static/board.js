// A sound when another promise comes into danger; only once it was asked for, because browsers want a press first.

const KEY = "board-sound";
const button = document.getElementById("sound");
let audio = null;
let known = new Set(named());

function named() {
  const list = document.querySelector("[data-danger]");
  return list ? list.dataset.danger.split(" ").filter(Boolean) : [];
}

function on() {
  return button?.getAttribute("aria-pressed") === "true";
}

function set(value) {
  button.setAttribute("aria-pressed", String(value));
  try {
    localStorage.setItem(KEY, value ? "1" : "");
  } catch {
    // Without a store the wish lasts as long as the page.
  }
}

function beep() {
  audio ??= new AudioContext();
  for (const [start, pitch] of [[0, 880], [0.22, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.18);
  }
  document.body.dataset.beeped = String(Number(document.body.dataset.beeped ?? 0) + 1);
}

button?.addEventListener("click", () => {
  set(!on());
  if (on()) beep();
});
document.addEventListener("part", (event) => {
  if (event.detail.name !== "danger") return;
  const now = named();
  if (on() && now.some((id) => !known.has(id))) beep();
  known = new Set(now);
});
try {
  if (button && localStorage.getItem(KEY)) set(true);
} catch {
  // No store, no memory.
}
