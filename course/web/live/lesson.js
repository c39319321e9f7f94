/* A lesson page: editors, choices, checks, and what the browser keeps of them. */
import {labs} from "./labs.js";
import {keepPage} from "./offline.js";
import {ask, restart, start, state} from "./runtime.js";

const LONG_MS = 60_000;
const lesson = JSON.parse(document.querySelector(".lr-lesson-data").textContent);
const place = `lr:${lesson.unit}`;
const board = document.querySelector(".lr-lesson");
const say = text => { board.querySelector(".lr-lesson-state").textContent = text; };
const cells = new Map();

/* What this browser keeps: {answers: {cell: text}, cards: {check: {of, html}}}. */
const kept = () => {
  try {
    return {answers: {}, cards: {}, ...JSON.parse(localStorage.getItem(place) ?? "{}")};
  } catch {
    return {answers: {}, cards: {}};
  }
};
const keep = change => {
  const all = kept();
  change(all);
  try {
    localStorage.setItem(place, JSON.stringify(all));
  } catch {
    say("This browser keeps no more text of this page: use Take along before you leave it.");
  }
};

class Cell {
  constructor(root) {
    this.root = root;
    this.name = root.dataset.cell;
    this.area = root.querySelector("textarea");
    this.first = this.area.value;
    this.radios = [...root.querySelectorAll("input[type=radio]")];
    const before = kept().answers[this.name];
    if (before !== undefined) this.write(before);
    if (this.radios.length) {
      root.addEventListener("change", ({target}) => {
        const key = target.closest("fieldset").dataset.key;
        this.area.value = this.area.value.replace(new RegExp(`("${key}": ")[^"]*(")`), `$1${target.value}$2`);
        this.changed();
      });
    } else {
      this.area.addEventListener("input", () => this.changed());
      if (root.dataset.kind === "code") this.area.addEventListener("focus", () => this.grow(), {once: true});
    }
  }

  get text() { return this.area.value; }

  changed() {
    keep(all => {
      if (this.text === this.first) delete all.answers[this.name];
      else all.answers[this.name] = this.text;
    });
  }

  write(text) {
    this.area.value = text;
    this.editor?.write(text);
    for (const radio of this.radios) {
      const key = radio.closest("fieldset").dataset.key;
      radio.checked = text.includes(`"${key}": "${radio.value}"`);
    }
  }

  /* The editor takes the place of the text area when that is first used; without a network it stays. */
  async grow() {
    start();
    try {
      const {edit} = await import("./editor.js");
      const run = () => checks.find(check => check.root.compareDocumentPosition(this.root) & 2)?.press();
      this.editor = edit(this.area, {label: `Your ${this.name}`, changed: () => this.changed(), run});
      this.editor.focus();
      this.root.querySelector(".lr-cell-state").textContent = "Tab indents; Escape, then Tab leaves. Ctrl-Enter checks.";
    } catch { /* the text area goes on */ }
  }
}

class Check {
  constructor(root) {
    this.root = root;
    this.name = root.dataset.cell;
    this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map(b => [b.dataset.do, b]));
    this.buttons.check.addEventListener("click", () => this.run());
    this.buttons.stop.addEventListener("click", () => this.stop());
    const before = kept().cards[this.name];
    if (before && before.of === this.texts(before.ran)) this.show(before.html);
  }

  /* All code cells up to this one, with the answers as they are now. */
  cells() {
    const at = lesson.code.findIndex(([id]) => id === this.name);
    return lesson.code.slice(0, this.root.dataset.code ? at : at + 1)
      .map(([id, source]) => ({id, answer: source === null, source: source ?? cells.get(id).text}));
  }

  texts(ids) { return JSON.stringify(ids.map(id => cells.get(id)?.text)); }

  press() { this.buttons.check.click(); }

  say(text) { this.root.querySelector(".lr-check-state").textContent = text; }

  show(html) { this.root.querySelector(".lr-report").innerHTML = html; }

  async run() {
    if (this.running) return;
    this.running = true;
    this.buttons.stop.hidden = false;
    const asked = this.cells();
    this.say(state.stage === "ready" ? "Running." : "Python is coming; this runs as soon as it is here.");
    try {
      await start();
      this.say("Running.");
      this.timer = setTimeout(() => this.stop(), LONG_MS);
      const {code} = this.root.dataset;
      this.take(await ask({kind: "check", cells: asked, check: code}), asked);
    } catch (error) {
      const stopped = error.message === "stopped";
      this.show("");
      if (state.stage === "failed") this.say(state.text);
      else this.say(stopped ? "Stopped before it ended, so nothing is said of it; look for a loop that does not end."
        : `This check failed: ${error.message}`);
    } finally {
      clearTimeout(this.timer);
      this.running = false;
      this.buttons.stop.hidden = true;
    }
  }

  take(news, asked) {
    const printed = document.createElement("pre");
    printed.textContent = [news.said, news.made].filter(Boolean).join("\n");
    const text = printed.textContent ? printed.outerHTML : "";
    if (news.fault) {
      this.show(text);
      this.say(`It did not run, so nothing is said of it. ${news.fault}`);
      return;
    }
    this.say(news.card ? "" : text ? "It ran." : "It ran, and printed nothing.");
    this.show((news.card ?? "") + text);
    if (!news.card) return;
    const {ran, card, score, most} = news;
    const of = JSON.stringify(ran.map(id => asked.find(cell => cell.id === id).source));
    keep(all => { all.cards[this.name] = {ran, of, html: card, score, most}; });
    for (const lab of labs) if (ran.some(id => lab.takes(id))) lab.renew();
  }

  /* An endless loop ends with its worker; labs open again in the next one, as they were. */
  stop() {
    if (state.stage === "ready") restart();
  }
}

/* The lesson's notebook with this page's answers, and the other way round, by grade_id. */
const notebook = () => fetch(new URL(`notebooks/${lesson.unit}.ipynb`, import.meta.url)).then(answer => answer.json());
const answered = document => document.cells.filter(cell => cells.has(cell.metadata.nbgrader?.grade_id));
const text = cell => [cell.source].flat().join("");

const take = async () => {
  try {
    const made = await notebook();
    for (const cell of answered(made)) cell.source = cells.get(cell.metadata.nbgrader.grade_id).text;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(made, null, 1)}\n`], {type: "application/x-ipynb+json"}));
    link.download = `${lesson.unit}.ipynb`;
    link.click();
    say(`${link.download} holds your answers; your browser has put it where it puts downloads.`);
  } catch (error) {
    say(`The notebook could not be written: ${error.message}. Your answers are still here.`);
  }
};

const bring = async file => {
  try {
    const found = answered(JSON.parse(await file.text()));
    if (!found.length) throw new Error(`it has no answer of ${lesson.unit}; give the notebook of this lesson`);
    const other = found.filter(cell => text(cell) !== cells.get(cell.metadata.nbgrader.grade_id).text);
    const mine = other.filter(cell => { const {text: t, first} = cells.get(cell.metadata.nbgrader.grade_id); return t !== first; });
    if (mine.length && !confirm(`${mine.length} of your answers on this page would be replaced. Replace them?`)) {
      say("Nothing was changed.");
      return;
    }
    for (const cell of other) {
      const here = cells.get(cell.metadata.nbgrader.grade_id);
      here.write(text(cell));
      here.changed();
    }
    say(`${other.length} answers were taken from ${file.name}; check them again.`);
  } catch (error) {
    say(`${file.name} could not be read: ${error.message}. Nothing was changed.`);
  }
};

for (const root of document.querySelectorAll(".lr-cell")) {
  const cell = new Cell(root);
  cells.set(cell.name, cell);
}
const checks = [...document.querySelectorAll(".lr-check")].map(root => new Check(root));
const file = board.querySelector("input[type=file]");
board.querySelector("[data-do=take]").addEventListener("click", take);
board.querySelector("[data-do=bring]").addEventListener("click", () => file.click());
file.addEventListener("change", () => { if (file.files[0]) bring(file.files[0]); file.value = ""; });
addEventListener("storage", ({key}) => {
  if (key !== place) return;
  const {answers} = kept();
  for (const cell of cells.values()) {
    const there = answers[cell.name] ?? cell.first;
    if (there !== cell.text) cell.write(there);
  }
  say("Another tab of this lesson has changed an answer; it stands here too.");
});
keepPage([`notebooks/${lesson.unit}.ipynb`]);
