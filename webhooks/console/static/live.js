// Keeps the parts of an open page up to date. The server says only that something changed; the page then
// asks for itself anew and takes over the parts that differ. Without news it looks every few seconds.

const POLL_MS = 4000;
const BACKSTOP_MS = 30000;
const SHORTEST_MS = 500;

let source = null;
let steady = false;
let timer = null;
let lastAsked = 0;

const body = document.body;
const served = new Map();

function parts(root) {
  return new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
}

function remember() {
  for (const [name, part] of parts(document)) served.set(name, part.outerHTML);
}

// A form that somebody is filling in is not taken away under her hands, unless it is about something else.
function isInUse(part, next) {
  if (!part.dataset.key || !next || part.dataset.key !== next.dataset.key) return false;
  return part.contains(document.activeElement) || part.querySelector("[data-touched]") !== null;
}

function focusOf(part) {
  const active = document.activeElement;
  return active && part.contains(active) ? active.id : "";
}

export function takeOver(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const now = parts(document);
  for (const [name, next] of parts(fresh)) {
    const part = now.get(name);
    const text = next.outerHTML;
    if (!part || served.get(name) === text || isInUse(part, next)) continue;
    const focus = focusOf(part);
    const adopted = document.importNode(next, true);
    part.replaceWith(adopted);
    served.set(name, text);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("part", { detail: { name, part: adopted } }));
  }
}

// Wishes that come while one is being fulfilled are fulfilled together, afterwards.
export function oneAtATime(fulfil) {
  let busy = false;
  let again = false;
  return async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await fulfil();
      } while (again);
    } finally {
      busy = false;
    }
  };
}

async function look() {
  const pause = lastAsked + SHORTEST_MS - Date.now();
  if (pause > 0) await new Promise((done) => setTimeout(done, pause));
  lastAsked = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { "X-By-Itself": "1" }, redirect: "error" });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    if (answer.ok) takeOver(await answer.text());
    say(answer.ok ? (steady ? "live" : "poll") : "lost");
  } catch {
    say("lost");
  } finally {
    plan();
  }
}

export const refresh = oneAtATime(look);

function plan() {
  clearTimeout(timer);
  timer = setTimeout(refresh, steady ? BACKSTOP_MS : POLL_MS);
}

function say(state) {
  body.dataset.live = state;
  const place = document.getElementById("live-state");
  if (place && place.textContent !== place.dataset[state]) place.textContent = place.dataset[state] ?? "";
}

function listen(topics) {
  source = new EventSource(`/live?watch=${encodeURIComponent(topics)}`);
  source.addEventListener("state", (event) => {
    const before = steady;
    steady = event.data === "live";
    say(steady ? "live" : "poll");
    if (steady !== before) refresh();
  });
  source.addEventListener("changed", refresh);
  source.onerror = () => {
    steady = false;
    say("poll");
    plan();
  };
}

// Forms that ask for it are sent without leaving the page; without scripts they work all the same.
async function send(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-inline")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields });
    const html = await answer.text();
    if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
      location.assign(answer.url);
      return;
    }
    if (answer.ok) {
      // Only what was accepted is taken out of her hands; else she goes on where she was.
      for (const touched of form.querySelectorAll("[data-touched]")) delete touched.dataset.touched;
      if (form.contains(document.activeElement)) document.activeElement.blur();
      form.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
    }
    takeOver(html);
    announce(html, answer.ok);
  } catch {
    say("lost");
  } finally {
    delete form.dataset.sending;
  }
}

function announce(html, fine) {
  const place = document.getElementById("notice");
  if (!place) return;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const told = fresh.getElementById("notice")?.textContent.trim();
  const trouble = fresh.querySelector("[data-trouble]")?.textContent.trim();
  place.textContent = fine ? (told ?? "") : (trouble ?? told ?? "");
  place.hidden = !place.textContent;
  place.classList.toggle("bad", !fine);
  if (!fine) refresh();
}

document.addEventListener("submit", send);
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-part]")) event.target.dataset.touched = "1";
});
remember();
if (body.dataset.watch) {
  listen(body.dataset.watch);
  plan();
  // The browser may show a page from before; what is true is asked for as soon as it is seen again.
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  window.addEventListener("pagehide", () => source?.close());
}
