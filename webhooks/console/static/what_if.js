// Answers a slider while it is moved: the server reckons, and the parts that differ are taken over.

import { oneAtATime, takeOver } from "./live.js";

const form = document.querySelector("[data-what-if]");
const ask = oneAtATime(async () => {
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  const answer = await fetch(address, { headers: { "X-By-Itself": "1" } });
  if (answer.ok) {
    history.replaceState(null, "", address);
    takeOver(await answer.text());
  }
});

form.addEventListener("input", (event) => {
  const shown = form.querySelector(`output[for="${CSS.escape(event.target.id)}"]`);
  if (shown) shown.textContent = event.target.value;
  ask();
});
