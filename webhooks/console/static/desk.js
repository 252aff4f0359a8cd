// The desk's own: a sound and the title when somebody is offered, and drafts that outlive a reload.

const title = document.title;
let rung = "";

function beep() {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.setValueAtTime(0.08, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.7);
    tone.frequency.value = 660;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.7);
  } catch {
    // A browser may refuse sound before the first click; the card is there all the same.
  }
}

function ring() {
  const card = document.querySelector("[data-offer]");
  const waits = card?.dataset.phase === "ringing";
  document.title = waits ? `● ${title}` : title;
  if (waits && rung !== card.dataset.offer) {
    rung = card.dataset.offer;
    beep();
  }
}

function restore() {
  for (const field of document.querySelectorAll("[data-draft]")) {
    const draft = sessionStorage.getItem(`draft:${field.dataset.draft}`);
    if (draft && !field.value) field.value = draft;
  }
}

document.addEventListener("input", (event) => {
  const key = event.target.dataset?.draft;
  if (key) sessionStorage.setItem(`draft:${key}`, event.target.value);
});
document.addEventListener("sent", (event) => {
  const field = event.target.querySelector("[data-draft]");
  if (!field) return;
  sessionStorage.removeItem(`draft:${field.dataset.draft}`);
  field.value = "";
});
document.addEventListener("part", () => {
  restore();
  ring();
});
restore();
ring();
