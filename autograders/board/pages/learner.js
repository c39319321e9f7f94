"use strict";

const at = (id) => document.getElementById(id);
const LETTERS = "ABCDEFGH";
const TITLES = { first: "First vote: alone", talk: "Talk to each other",
  second: "Second vote", shown: "Both votes" };
let secret = localStorage.getItem("secret") || "", source = null, current;

function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

async function ask(what, given) {
  try {
    const answer = await fetch(`api/${what}`, {
      method: "POST", body: JSON.stringify(given),
      headers: secret ? { Authorization: `Bearer ${secret}` } : {},
    });
    return { status: answer.status, ...(await answer.json()) };
  } catch {
    return { status: 0, error: "the board does not answer; try again" };
  }
}

function enter(why) {
  localStorage.removeItem("secret");
  secret = "";
  source?.close();
  current = undefined;
  at("offline").hidden = at("vote").hidden = true;
  at("enter").hidden = false;
  at("refused").textContent = why;
}

function follow() {
  at("enter").hidden = true;
  at("vote").hidden = false;
  source = new EventSource(`api/poll?secret=${encodeURIComponent(secret)}`);
  source.addEventListener("message", (message) => {
    at("offline").hidden = true;
    show(JSON.parse(message.data).poll);
  });
  source.addEventListener("error", async () => {
    at("offline").hidden = false;
    if (source.readyState !== EventSource.CLOSED) return;
    const { status } = await ask("vote", {});
    if (status === 401) enter("This board does not know you. Enter its code.");
    else setTimeout(follow, 5000);
  });
}

function choices(poll, chosen) {
  return poll.options.map((text, place) => {
    const box = make("input", { type: "radio", name: "option", value: place, required: "" });
    box.checked = place === chosen;
    return make("label", {}, box, make("span", {}, `${LETTERS[place]}. ${text}`));
  });
}

function option(poll, text, place) {
  const votes = ["first", "second"].filter((round) => poll.mine[round] === place)
    .map((round) => `your ${round} vote`);
  const node = make("li", {}, make("strong", {}, `${LETTERS[place]}. ${text}`),
    votes.length ? ` (${votes.join(", ")})` : "");
  const answer = poll.answers[place];
  if (answer) {
    node.append(make("p", {}, answer.explanation));
    const counts = Object.entries(poll.counts).filter(([, count]) => count)
      .map(([round, count]) => `${round} vote ${count[place]}`);
    if (counts.length) node.append(make("p", { class: "none" }, counts.join(", ")));
    if (answer.right) node.className = "right";
  }
  return node;
}

/* What is half chosen stays when the same round is told again. */
function show(poll) {
  if (JSON.stringify(poll) === JSON.stringify(current)) return;
  const same = current && poll && current.number === poll.number && current.phase === poll.phase;
  current = poll;
  const open = poll && ["first", "second"].includes(poll.phase);
  at("ballot").hidden = !open;
  at("title").textContent = poll ? TITLES[poll.phase] : "No question is open";
  const mine = open ? poll.mine[poll.phase] : undefined;
  at("said").textContent = !poll ? "The next one appears here."
    : poll.phase === "talk" ? "Find somebody who chose differently, and convince them."
    : mine === undefined ? ""
    : `You voted ${LETTERS[mine]}. You can change it until the vote is closed.`;
  if (open && !same) {
    at("choices").replaceChildren(make("legend", {}, poll.text),
      ...choices(poll, mine ?? poll.mine.first));
  }
  at("result").replaceChildren(...(poll && !open ? [
    make("li", { class: "question" }, poll.text),
    ...poll.options.map((text, place) => option(poll, text, place)),
  ] : []));
  if (!same) at("title").focus();
}

at("join").addEventListener("submit", async (pressed) => {
  pressed.preventDefault();
  const answer = await ask("join", { code: at("code").value, phone: true });
  at("refused").textContent = answer.error || "";
  if (answer.status !== 200) return;
  secret = answer.secret;
  localStorage.setItem("secret", secret);
  follow();
});

at("ballot").addEventListener("submit", async (pressed) => {
  pressed.preventDefault();
  const option = Number(new FormData(at("ballot")).get("option"));
  const answer = await ask("vote", { question: current.number, phase: current.phase, option });
  if (answer.status === 200) show(answer.poll);
  else at("said").textContent = answer.error;
});

at("leave").addEventListener("click", async () => {
  const answer = await ask("leave", {});
  if ([200, 401].includes(answer.status)) enter("You have left, and your votes are deleted.");
  else at("said").textContent = answer.error;
});

at("cell").textContent = `from autograders.board import join\njoin("${location.host}", "CODE")`;
if (secret) follow();
