// The lab of the landing page: gradient descent in a ravine, computed anew at every change.
"use strict";

(() => {
  const ALONG = 1; // curvature along the ravine
  const ACROSS = 8; // and across it
  const START = [-2.7, 1.1];
  const STEPS = 40;
  const GOAL = 1e-3;
  const SLOWEST = 0.01;
  const FASTEST = 0.4;

  const loss = ([x, y]) => (ALONG * x * x + ACROSS * y * y) / 2;
  const step = ([x, y], rate) => [x - rate * ALONG * x, y - rate * ACROSS * y];

  // The slider is logarithmic: equal distances are equal factors.
  const rateAt = (value) => SLOWEST * (FASTEST / SLOWEST) ** (value / 100);
  const valueAt = (rate) => (100 * Math.log(rate / SLOWEST)) / Math.log(FASTEST / SLOWEST);

  function descend(rate) {
    const path = [START];
    for (let t = 0; t < STEPS; t += 1) path.push(step(path[t], rate));
    const losses = path.map(loss);
    const reached = losses.findIndex((value) => value < GOAL);
    const grows = Math.abs(1 - rate * ACROSS);
    return { rate, path, losses, reached, grows, diverged: grows > 1 };
  }

  const short = (number) =>
    Math.abs(number) >= 1e4 || (number !== 0 && Math.abs(number) < 1e-3)
      ? number.toExponential(1).replace("e+", "e")
      : String(Number(number.toPrecision(3)));

  function words(run) {
    const across = 1 - run.rate * ACROSS;
    const along = 1 - run.rate * ALONG;
    let said = `Each step multiplies the distance across the ravine by ${short(across)}, along it by ${short(along)}. `;
    if (run.diverged) {
      const lost = run.losses[STEPS];
      said += `Diverged: the loss grows, and after ${STEPS} steps it is ${short(lost)}.`;
    } else if (run.grows > 0.999) {
      said += "On the edge: it hops from wall to wall for ever, neither nearer nor farther.";
    } else if (run.reached >= 0) {
      said += `It reaches a loss of ${GOAL} after ${run.reached} steps`;
      said += across < 0 ? ", overshooting from wall to wall on the way." : ", without crossing the floor.";
    } else {
      said += `After ${STEPS} steps the loss is still ${short(run.losses[STEPS])}: not there yet.`;
    }
    return said;
  }

  // Drawing

  const WIDTH = 360;
  const HEIGHT = 250;
  const NS = "http://www.w3.org/2000/svg";

  function make(parent, name, attributes, text) {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function canvas(parent, label) {
    const svg = make(parent, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
    return svg;
  }

  // Numbers far outside the picture would be drawn as artefacts by some browsers.
  const clamp = (number) => Math.max(-2000, Math.min(2000, Number.isFinite(number) ? number : 2000));

  function drawRavine(svg, run) {
    const scale = WIDTH / 6.4;
    const place = ([x, y]) => [clamp(WIDTH / 2 + x * scale), clamp(HEIGHT / 2 + 8 - y * scale)];
    for (const level of [0.06, 0.4, 1.2, 2.7, 5, 8.5, 13.5]) {
      const [cx, cy] = place([0, 0]);
      const rx = Math.sqrt((2 * level) / ALONG) * scale;
      const ry = Math.sqrt((2 * level) / ACROSS) * scale;
      make(svg, "ellipse", { cx, cy, rx, ry, class: "level" });
    }
    const points = run.path.map(place);
    make(svg, "polyline", { points: points.map((point) => point.join(",")).join(" "), class: "walk" });
    for (const [cx, cy] of points) make(svg, "circle", { cx, cy, r: 3, class: "stop" });
    const [cx, cy] = points[0];
    make(svg, "circle", { cx, cy, r: 7, class: "first" });
    make(svg, "text", { x: 10, y: 20, class: "head" }, "The ravine from above");
  }

  function drawLoss(svg, run) {
    const [left, right, top, bottom] = [48, WIDTH - 12, 32, HEIGHT - 34];
    const [low, high] = [-6, 4];
    const x = (t) => left + ((right - left) * t) / STEPS;
    const y = (value) => {
      const power = Math.log10(Math.max(value, 1e-300));
      return clamp(bottom - ((bottom - top) * (power - low)) / (high - low));
    };
    for (let power = low; power <= high; power += 2) {
      const at = y(10 ** power);
      make(svg, "line", { x1: left, x2: right, y1: at, y2: at, class: "grid" });
      const name = { "-2": "0.01", 0: "1", 2: "100" }[power] ?? `1e${power}`;
      make(svg, "text", { x: left - 6, y: at + 4, "text-anchor": "end" }, name);
    }
    for (const t of [0, 10, 20, 30, 40]) make(svg, "text", { x: x(t), y: bottom + 16, "text-anchor": "middle" }, t);
    make(svg, "text", { x: (left + right) / 2, y: HEIGHT - 5, "text-anchor": "middle" }, "step");
    make(svg, "line", { x1: left, x2: right, y1: y(GOAL), y2: y(GOAL), class: "goal" });
    const clip = make(svg, "clipPath", { id: "inside" });
    make(clip, "rect", { x: left, y: top - 4, width: right - left, height: bottom - top + 4 });
    const points = run.losses.map((value, t) => `${x(t)},${y(value)}`).join(" ");
    make(svg, "polyline", { points, class: "walk", "clip-path": "url(#inside)" });
    make(svg, "text", { x: 10, y: 20, class: "head" }, "Loss, step by step");
  }

  function banner(svg) {
    make(svg, "rect", { x: WIDTH / 2 - 62, y: 30, width: 124, height: 26, rx: 5, class: "alarm" });
    make(svg, "text", { x: WIDTH / 2, y: 48, class: "alarm-word" }, "DIVERGED");
  }

  // The page

  function start() {
    const slider = document.getElementById("rate");
    const output = document.getElementById("rate-value");
    const reading = document.getElementById("reading");
    const pictures = document.getElementById("pictures");
    const presets = [...document.querySelectorAll("[data-rate]")];
    document.querySelectorAll(".lab [hidden]").forEach((element) => element.removeAttribute("hidden"));

    function show(rate) {
      const run = descend(rate);
      output.textContent = short(rate);
      slider.setAttribute("aria-valuetext", `learning rate ${short(rate)}`);
      pictures.replaceChildren();
      const ravine = canvas(pictures, "The path of the weights over the contour lines of the loss.");
      const curve = canvas(pictures, "The loss after each step, on a logarithmic scale; a dashed line marks the goal of 0.001.");
      drawRavine(ravine, run);
      drawLoss(curve, run);
      if (run.diverged) banner(ravine);
      reading.textContent = words(run);
      reading.classList.toggle("lost", run.diverged);
      reading.classList.toggle("best", !run.diverged && run.reached >= 0);
      for (const preset of presets) {
        preset.setAttribute("aria-pressed", String(Math.abs(Number(preset.dataset.rate) - rate) < 1e-9));
      }
    }

    slider.addEventListener("input", () => show(rateAt(Number(slider.value))));
    for (const preset of presets) {
      preset.addEventListener("click", () => {
        slider.value = String(valueAt(Number(preset.dataset.rate)));
        show(Number(preset.dataset.rate));
      });
    }
    show(rateAt(Number(slider.value)));
  }

  start();
})();
