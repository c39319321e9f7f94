"use strict";

const token = new URLSearchParams(location.search).get("token") || "";
const at = (id) => document.getElementById(id);

function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") node.className = value;
    else if (key === "press") node.addEventListener("click", value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/* Replaced only when it says something else. The focus stays on the same button, or near it. */
function fill(id, nodes) {
  const place = at(id), fresh = make("div", {}, ...nodes);
  if (place.innerHTML === fresh.innerHTML) return;
  const key = place.contains(document.activeElement) && document.activeElement.dataset.key;
  place.replaceChildren(...nodes);
  if (key) (place.querySelector(`[data-key="${key}"]`) || place.querySelector("button"))?.focus();
}

function act(what) {
  return fetch(`api/act?token=${encodeURIComponent(token)}`, {
    method: "POST", body: JSON.stringify(what),
  });
}

const minutes = (seconds) => `${Math.max(1, Math.round(seconds / 60))} min`;
const people = (count) => `${count} ${count === 1 ? "learner" : "learners"}`;
const none = (said) => [make("li", { class: "none" }, said)];

function part(name, count, of) {
  const bar = make("span", { class: name });
  bar.style.width = `${of ? (100 * count) / of : 0}%`;
  return bar;
}

function exercise(row, learners) {
  const bar = make("div", { class: "bar", "aria-hidden": "true" },
    part("done", row.done, learners), part("stuck", row.stuck, learners),
    part("here", row.here - row.stuck, learners));
  const stuck = row.stuck ? `${row.stuck} (${minutes(row.longest)})` : "0";
  return make("tr", {}, make("th", { scope: "row" }, row.name), make("td", {}, bar),
    make("td", {}, String(row.done)), make("td", {}, String(row.here)),
    make("td", { class: row.stuck ? "alarm" : "" }, stuck));
}

function mistake(row) {
  return make("li", {}, make("strong", {}, `${row.learners} × ${row.mistake}`), " in ",
    make("code", {}, row.exercise), make("span", { class: "say" }, row.say));
}

function hand(row) {
  const where = row.exercise ? [" at ", make("code", {}, row.exercise)] : [];
  return make("li", {}, make("span", {}, make("strong", {}, row.name), ...where,
    `, ${minutes(row.waits)}`),
    make("button", { type: "button", "data-key": `hand-${row.id}`,
      "aria-label": `${row.name} has been helped`,
      press: () => act({ do: "helped", id: row.id }) }, "helped"));
}

function clock(found) {
  const running = found.minute !== null;
  at("minute").textContent = running
    ? `minute ${Math.floor(found.minute)} of ${found.minutes}` : "";
  const due = running ? found.due : -1;
  fill("plan", found.rows.map((row, number) => {
    const which = number === due ? "now" : number === due + 1 ? "next" : "";
    const words = { now: "Now", next: "Then" }[which] || "";
    return make("li", { class: which, ...(which === "now" ? { "aria-current": "step" } : {}) },
      `${words} (${row.minute} to ${row.ends}, ${row.who}): ${row.what}`);
  }));
  const late = found.late === null ? null : Math.round(found.late);
  at("late").textContent = late === null ? "" : late > 0 ? `${late} min late`
    : late < 0 ? `${-late} min early` : "on time";
  at("late").className = late > 2 ? "alarm" : "";
  at("run").textContent = running ? "Reset the clock" : "Start the clock";
  at("run").onclick = () => act({ do: "clock", run: !running });
}

function answers(rows) {
  return rows.filter((row) => Object.keys(row.answers).length).map((row) =>
    make("p", {}, make("code", {}, row.name), ": ",
      Object.entries(row.answers).map(([question, counts]) => `${question} ${
        Object.entries(counts).map(([letter, count]) => `${letter} ${count}`).join(", ")}`)
        .join("; ")));
}

function shown(row) {
  return make("figure", {}, make("figcaption", {}, make("code", {}, row.exercise), ` of ${row.name}`),
    make("pre", { tabindex: "0" }, make("code", {}, row.code)));
}

function person(row) {
  return make("li", {}, `${row.name}${row.at ? ` at ${row.at}` : ""} `,
    make("button", { type: "button", "data-key": `person-${row.id}`,
      "aria-label": `Remove ${row.name} and all that they sent`,
      press: () => confirm(`Remove ${row.name} and all that they sent?`)
        && act({ do: "remove", id: row.id }) }, "remove"));
}

const STEPS = { talk: "Close the vote", second: "Vote again", shown: "Show both votes" };
const TITLES = { first: "First vote: alone, in silence", talk: "Talk to each other",
  second: "Second vote", shown: "Both votes" };

function option(poll, text, place) {
  const answer = poll.answers[place];
  const said = make("div", {}, make("strong", {}, `${"ABCDEFGH"[place]}. `), text);
  const node = make("li", { class: answer?.right ? "right" : "" }, said);
  if (answer) {
    said.append(make("span", { class: "say" }, answer.explanation));
    const bars = Object.entries(poll.counts).filter(([, count]) => count)
      .map(([round, count]) => make("div", { class: "votes" },
        make("span", {}, `${round}: ${count[place]}`),
        make("div", { class: "bar", "aria-hidden": "true" },
          part(round, count[place], count.reduce((sum, each) => sum + each, 0)))));
    node.append(make("div", { class: "both" }, ...bars));
  }
  return node;
}

function step(poll, to) {
  return make("button", { type: "button", "data-key": `step-${to}`,
    press: () => act({ do: "phase", from: poll.phase, to }) }, STEPS[to]);
}

function question(view) {
  const poll = view.poll, turned = at("poll").hidden === Boolean(poll);
  at("poll").hidden = !poll;
  document.body.classList.toggle("polling", Boolean(poll));
  fill("questions", poll ? [] : view.questions.map((text, place) =>
    make("button", { type: "button", "data-key": `ask-${place}`, title: text,
      press: () => act({ do: "poll", question: place + 1 }) }, `Peer question ${place + 1}`)));
  if (turned) setTimeout(() => at(poll ? "steps" : "questions").querySelector("button")?.focus());
  if (!poll) return;
  at("poll").classList.toggle("voting", poll.phase !== "shown");
  at("poll-title").textContent = `Question ${poll.number}. ${TITLES[poll.phase]}`;
  at("asked").textContent = poll.text;
  fill("options", poll.options.map((text, place) => option(poll, text, place)));
  const few = Object.entries(poll.counts).filter(([, count]) => !count).map(([round]) => round);
  at("voted").textContent = poll.phase === "shown"
    ? few.map((round) => `Too few voted in the ${round} vote to show how.`).join(" ")
    : `${poll.voted} of ${view.phones} have voted. Vote at ${location.host}, code ${view.code}`;
  at("advice").textContent = poll.advice || poll.then;
  fill("steps", [...poll.next.map((to) => step(poll, to)),
    make("button", { type: "button", "data-key": "step-end",
      press: () => act({ do: "poll", question: 0 }) }, "Back to the board")]);
}

function show(view) {
  at("offline").hidden = true;
  at("unit").textContent = view.unit || "Live board";
  at("learners").textContent = view.learners;
  at("invitation").textContent = view.invitation;
  at("join").hidden = !view.open;
  at("door").textContent = view.open ? "Close the door" : "Open the door";
  at("door").onclick = () => act({ do: "door", open: !view.open });
  fill("exercises", view.exercises.map((row) => exercise(row, view.learners)));
  const first = view.mistakes.slice(0, 4).map(mistake), more = view.mistakes.length - first.length;
  fill("mistakes", first.length
    ? [...first, ...(more ? [make("li", { class: "none" }, `and ${more} more`)] : [])]
    : none("none"));
  fill("hands", view.hands.length ? view.hands.map(hand) : none("nobody"));
  fill("answers", answers(view.exercises));
  fill("shown", view.shown.map(shown));
  fill("people", view.people.map(person));
  clock(view.clock);
  question(view);
}

const source = new EventSource(`api/board?token=${encodeURIComponent(token)}`);
source.addEventListener("message", (message) => show(JSON.parse(message.data)));
source.addEventListener("error", () => {
  at("offline").hidden = false;
  if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});
