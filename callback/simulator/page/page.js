"use strict";
// One page, one poll a second. Everything is put in as text, never as markup: what applications say is theirs.
const $ = (id) => document.getElementById(id);
const EVERY_MS = 1000;
let shown = null; // the call whose transcript is shown
let mine = null; // the call on this telephone

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch("/simulator/" + path, options);
  const text = await answer.text();
  const data = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error((data && data.error) || answer.statusText);
  return data;
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// What is put anew every second must not take the keyboard's focus away.
function put(parent, children) {
  const held = parent.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
  parent.replaceChildren(...children);
  const again = held && [...parent.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === held);
  if (again) again.focus({ preventScroll: true });
}

function fill(parent, children, otherwise) {
  put(parent, children.length ? children : [element(parent.tagName === "OL" ? "li" : "p", otherwise, "quiet")]);
}

const time = (iso) => (iso ? iso.slice(11, 19) : "");

function callButton(sid) {
  const button = element("button", sid.slice(0, 8) + "…");
  button.type = "button";
  button.setAttribute("aria-label", "Show the transcript of call " + sid);
  button.addEventListener("click", () => { shown = sid; refresh(); });
  return button;
}

function callRow(call) {
  const row = element("tr");
  const cell = element("td");
  cell.append(callButton(call.call_sid));
  row.append(cell, ...[call.from, call.to, call.status, time(call.started_at)].map((text) => element("td", text)));
  return row;
}

function showCalls(table, calls) {
  put($(table), calls.reverse().map(callRow));
}

function showRooms(parent, rooms, members, nothing) {
  fill(parent, rooms.map((room) => {
    const block = element("div");
    block.append(element("h3", `${room.name} (${room[members].length}${room.status ? ", " + room.status : ""})`));
    for (const sid of room[members].slice(0, 50)) block.append(callButton(sid), " ");
    return block;
  }), nothing);
}

function showProblems(problems) {
  fill($("problems"), problems.slice(-100).reverse().map((problem) => {
    const item = element("li");
    item.append(element("span", time(problem.at), "when"), element("span", `${problem.level} ${problem.code}`, "kind level-" + problem.level), element("span", problem.message));
    if (problem.call_sid) item.append(" ", callButton(problem.call_sid));
    return item;
  }), "Nothing to complain about.");
}

function showMessages(messages) {
  fill($("messages"), messages.slice(-50).reverse().map((message) => {
    const item = element("li");
    item.append(element("span", time(message.at), "when"), element("span", `${message.from} to ${message.to}`, "kind"), element("span", message.body), element("span", " " + message.status, "quiet"));
    return item;
  }), "No messages yet.");
}

async function showTranscript() {
  if (!shown) return;
  const call = await ask("calls/" + shown);
  $("transcript-of").textContent = `${call.call_sid}: ${call.from} to ${call.to}, ${call.status}`;
  const list = $("lines");
  const stuck = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  // a long transcript loses its first lines while it gains new ones
  const first = call.call_sid + (call.transcript.length ? call.transcript[0].at : "");
  const known = list.dataset.first === first ? list.children.length : 0;
  list.dataset.first = first;
  if (!known) list.replaceChildren();
  for (const line of call.transcript.slice(known)) {
    const item = element("li", undefined, "kind-" + line.kind);
    item.append(element("span", time(line.at), "when"), element("span", line.kind, "kind"), element("span", line.text));
    list.append(item);
  }
  if (stuck) list.scrollTop = list.scrollHeight;
}

function showPhone(calls) {
  const number = $("from").value;
  const current = calls.find((call) => call.call_sid === mine);
  const ringing = calls.find((call) => call.to === number && call.status === "ringing" && call.direction !== "inbound");
  const coming = calls.find((call) => call.to === number && call.status === "in-progress" && call.direction !== "inbound");
  if (!current && coming) { mine = shown = coming.call_sid; }
  const call = current || coming;
  $("answer").hidden = !ringing || Boolean(call);
  $("answer").dataset.sid = ringing ? ringing.call_sid : "";
  $("call").disabled = Boolean(call || ringing);
  $("hangup").disabled = !(call || ringing);
  for (const part of [...$("keypad").children, $("words"), $("say")]) part.disabled = !call;
  const state = call ? `On a call with ${call.direction === "inbound" ? call.to : call.from} (${call.status}).` : ringing ? `Ringing: ${ringing.from} is calling.` : "On the hook.";
  if ($("phone-state").textContent !== state) $("phone-state").textContent = state;
}

async function refresh() {
  try {
    const number = encodeURIComponent($("from").value);
    const [state, live, ended, own, problems, messages] = await Promise.all(
      ["state", "calls?live=yes&limit=100", "calls?live=no&limit=50", `calls?live=yes&number=${number}`, "errors", "messages"].map((path) => ask(path)));
    $("clock").textContent = state.at.slice(0, 19).replace("T", " ") + " UTC";
    $("counts").textContent = `${state.calls} on the line, ${state.ended} ended, ${state.planned} planned`;
    if ($("to").options.length !== state.numbers.length) $("to").replaceChildren(...state.numbers.map((number) => element("option", number)));
    showCalls("live", live.items);
    showCalls("recent", ended.items);
    showRooms($("queues"), state.queues, "members", "No queues yet.");
    showRooms($("rooms"), state.conferences, "participants", "No conferences now.");
    showProblems(problems.items);
    showMessages(messages.items);
    showPhone(own.items);
    await showTranscript();
  } catch (error) {
    $("counts").textContent = "the simulator does not answer";
  }
}

async function act(work) {
  try { await work(); } catch (error) { $("phone-state").textContent = String(error.message || error); return; }
  await refresh();
}

function onDial(event) {
  event.preventDefault();
  act(async () => {
    const from = $("from").value;
    await ask("people", { number: from, persona: { label: "you", answers: "by_hand" } });
    const made = await ask("calls", { from, to: $("to").value, persona: { label: "you" } });
    mine = shown = made.call_sid;
  });
}

for (const key of "123456789*0#") {
  const button = element("button", key);
  button.type = "button";
  button.disabled = true;
  button.setAttribute("aria-label", { "*": "star", "#": "pound" }[key] || key);
  button.addEventListener("click", () => act(() => ask(`calls/${mine}/keys`, { digits: key })));
  $("keypad").append(button);
}
$("dial").addEventListener("submit", onDial);
$("answer").addEventListener("click", () => act(async () => {
  const sid = $("answer").dataset.sid;
  await ask(`calls/${sid}/answer`, {});
  mine = shown = sid;
}));
$("hangup").addEventListener("click", () => act(() => ask(`calls/${$("answer").dataset.sid || mine}/hangup`, {})));
$("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  act(async () => { await ask(`calls/${mine}/words`, { words: $("words").value }); $("words").value = ""; });
});
refresh();
setInterval(refresh, EVERY_MS);
