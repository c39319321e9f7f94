/* A lab on the page: native inputs, frames for the first drag, and pictures from the worker's Python. */
import {ask, start, state, watch} from "./runtime.js";

const FRAME_MS = 120;
const SPOKEN_MS = 400;

const shown = value => String(Number(Number(value).toPrecision(10)));

class Control {
  constructor(element) {
    this.element = element;
    this.name = element.dataset.name;
    this.kind = element.dataset.kind;
    this.inputs = [...element.querySelectorAll("input, select")];
    const [slider] = this.inputs;
    this.slider = slider;
    this.marks = JSON.parse(slider.dataset.marks ?? "null");
    this.names = JSON.parse(slider.dataset.names ?? "null");
    this.box = element.querySelector("input[type=number]");
  }

  /* The value after an input event on one of the inputs; undefined where that says no value. */
  read(input) {
    if (this.kind === "choice") return this.slider.value;
    if (this.kind === "switch") return this.slider.checked;
    if (this.kind === "span") {
      const [low, high] = this.inputs;
      if (Number(low.value) > Number(high.value)) (input === low ? high : low).value = input.value;
      return [Number(low.value), Number(high.value)];
    }
    if (input === this.box) {
      const value = this.box.valueAsNumber;
      return this.box.checkValidity() && Number.isFinite(value) ? value : undefined;
    }
    return this.marks ? this.marks[Number(this.slider.value)] : Number(this.slider.value);
  }

  /* Show a value, except in the input that the hand is on. */
  write(value, held) {
    if (this.kind === "choice") this.slider.value = value;
    else if (this.kind === "switch") this.slider.checked = value;
    else if (this.kind === "span") this.inputs.forEach((input, i) => this.say(input, value[i]));
    else if (this.marks) {
      const near = (best, mark, i) =>
        Math.abs(Math.log(mark / value)) < Math.abs(Math.log(this.marks[best] / value)) ? i : best;
      const exact = this.marks.indexOf(value);
      if (held !== this.slider) this.slider.value = exact >= 0 ? exact : this.marks.reduce(near, 0);
      this.slider.ariaValueText = shown(value);
      if (this.box && held !== this.box) this.box.value = shown(value);
      if (!this.box) this.element.querySelector("output").textContent = shown(value);
    } else this.say(this.slider, value);
  }

  say(input, value) {
    const text = this.names ? this.names[value - Number(input.min)] : shown(value);
    input.value = value;
    input.ariaValueText = text;
    this.element.querySelector(`output[for="${input.id}"]`).textContent = text;
  }
}

class LiveLab {
  constructor(root, key) {
    this.root = root;
    this.key = key;
    this.view = root.querySelector(".lr-view");
    this.controls = new Map([...root.querySelectorAll(".lr-control")].map(element => {
      const control = new Control(element);
      return [control.name, control];
    }));
    this.known = JSON.parse(root.querySelector(".lr-frames").textContent);
    this.first = new Map([...this.view.querySelectorAll("[data-part]")].map(part => [part.dataset.part, part.innerHTML]));
    this.first.set("alt", this.view.querySelector(".lr-picture").ariaLabel);
    this.busy = false;
    this.queue = [];
    this.wanted = {};
    root.addEventListener("input", event => this.changed(event.target));
    root.addEventListener("click", event => {
      const button = event.target.closest("button[data-act]");
      if (button) this.press(button.dataset.act, JSON.parse(button.dataset.values));
    });
    for (const kind of ["pointerdown", "focusin"]) root.addEventListener(kind, start, {once: true, passive: true});
    watch(({stage, text}) => { root.querySelector(".lr-state").textContent = stage === "ready" ? "" : text; });
  }

  changed(input) {
    const control = this.controls.get(input.closest(".lr-control")?.dataset.name);
    const value = control?.read(input);
    if (value === undefined) return;
    this.stop();
    control.write(value, input);
    this.wanted[control.name] = value;
    if (state.stage !== "ready") this.preview(control, value, input);
    this.drive();
  }

  press(act, values) {
    this.stop();
    if (act === "run") {
      this.running = true;
      this.queue.push(["step", {}]);
    } else this.queue.push([act, values]);
    this.drive();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
  }

  /* Before the worker is there: the frame of the main slider that is nearest, and the value that it shows. */
  preview(control, value, input) {
    if (control.name !== this.known.name || !this.known.frames.length) return;
    const far = other => Math.abs((control.marks ? Math.log(other / value) : other - value));
    const [near, parts] = this.known.frames.reduce((best, frame) => far(frame[0]) < far(best[0]) ? frame : best);
    this.wanted[control.name] = near;
    control.write(near, input);
    this.patch({...Object.fromEntries(this.first), ...parts});
  }

  /* One request at a time; what comes meanwhile is one request, the last value of each control. */
  async drive() {
    if (this.busy) return;
    this.busy = true;
    this.root.dataset.busy = "yes";
    try {
      await start();
      for (let next = this.next(); next; next = this.next()) {
        const [act, values] = next;
        const {lab, own} = this.root.dataset;
        this.take(await ask({kind: "lab", key: this.key, lab, own: JSON.parse(own), act, values}));
        await new Promise(requestAnimationFrame);
      }
    } catch (error) {
      if (error.message !== "stopped") this.root.querySelector(".lr-state").textContent = `This lab failed: ${error.message}`;
      this.worker = 0;
    } finally {
      this.busy = false;
      this.root.dataset.busy = "no";
    }
  }

  next() {
    if (this.worker !== state.worker) { // which knows nothing of this lab yet
      this.worker = state.worker;
      return ["open", this.values ?? {}];
    }
    if (Object.keys(this.wanted).length) {
      const values = this.wanted;
      this.wanted = {};
      return ["touch", values];
    }
    return this.queue.shift() ?? (this.more && ["go_on", {}]);
  }

  take(news) {
    this.values = news.values;
    this.more = news.more;
    if (news.skeleton) this.view.innerHTML = news.skeleton;
    this.patch(news.parts);
    const held = this.root.ownerDocument.activeElement;
    for (const [name, control] of this.controls) if (!(name in this.wanted)) control.write(news.values[name], held);
    if (this.running && !news.finished) {
      this.timer = setTimeout(() => { this.queue.push(["step", {}]); this.drive(); }, FRAME_MS);
    } else this.running = false;
  }

  /* Whether a function of the learner's drives this lab. */
  takes(name) { return Object.values(JSON.parse(this.root.dataset.own)).includes(name); }

  /* Open the lab anew, with the functions that the learner has written by now. */
  renew() {
    this.worker = 0;
    this.drive();
  }

  patch(parts) {
    for (const [name, markup] of Object.entries(parts)) {
      if (name === "alt") this.view.querySelector(".lr-picture").ariaLabel = markup;
      const part = this.view.querySelector(`[data-part="${name}"]`);
      if (!part || part.said === markup) continue;
      part.innerHTML = part.said = markup;
    }
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.root.querySelector(".lr-status").textContent = this.view.querySelector(".lr-reading").textContent;
    }, SPOKEN_MS);
  }
}

export const labs = [...document.querySelectorAll(".lr-live")].map((root, i) => new LiveLab(root, `lab${i}`));
