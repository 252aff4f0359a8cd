// What every page does: times that run, keys that press buttons, and text that is copied.

const skew = Date.parse(document.body.dataset.now) - Date.now();

function spell(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function run() {
  const now = Date.now() + skew;
  for (const place of document.querySelectorAll("[data-since]")) {
    place.textContent = spell((now - Date.parse(place.dataset.since)) / 1000);
  }
  for (const place of document.querySelectorAll("[data-until]")) {
    place.textContent = spell((Date.parse(place.dataset.until) - now) / 1000);
  }
}

setInterval(run, 1000);
document.addEventListener("part", run);
run();

function typing(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = CSS.escape(event.key.toLowerCase());
  const wanted = document.querySelector(`[data-hotkey="${key}"]:not([disabled])`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("button, a")) wanted.click();
  else wanted.focus();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard?.writeText(field.value);
  button.textContent = button.dataset.done;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});
