/* Starts the page's worker when it is first needed, asks it, and ends it when it must be stopped. */
import {keepAlso} from "./offline.js";
import {PYODIDE, WHEEL} from "./settings.js";

const PATIENCE = 15_000;
const here = name => new URL(name, import.meta.url).href;
const listeners = new Set();
let worker, waiting, count = 0, timer, ready, settle, fail;

export const state = {stage: "idle", text: "", worker: 0};
export const watch = listener => listeners.add(listener);

const tell = (stage, text) => {
  Object.assign(state, {stage, text});
  document.documentElement.dataset.python = stage;
  for (const listener of listeners) listener(state);
};

const offline = () => navigator.onLine === false ? "this device is offline, and Python has not been here before." : "";
const sorry = why => `Python cannot be had here: ${offline() || why} Pictures follow the first slider without it. Reload the page to `
  + "try again, with a connection to the network; or run the lesson on your machine, as the first page of the site says.";

const giveUp = why => {
  clearTimeout(timer);
  tell("failed", sorry(why));
  end();
};

const end = () => {
  worker?.terminate();
  worker = undefined;
  for (const {reject} of waiting?.values() ?? []) reject(new Error("stopped"));
  waiting = new Map();
  fail?.(new Error("stopped"));
};

const heard = ({data}) => {
  if (data.loaded) keepAlso(data.loaded);
  else if (data.stage === "ready") {
    clearTimeout(timer);
    tell("ready", "");
    settle();
  } else if (data.stage === "failed") giveUp(`${data.text.split("\n").at(-1).slice(0, 160)}.`);
  else if (data.stage) tell(data.stage, data.text);
  else {
    const {resolve, reject} = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if (data.error === undefined) resolve?.(data.answer);
    else reject?.(new Error(data.error));
  }
};

/* The worker, once it is ready. */
export const start = () => {
  if (worker) return ready;
  waiting = new Map();
  state.worker += 1;
  tell("loading", "Python is coming.");
  worker = new Worker(here("worker.js"), {type: "module"});
  worker.onmessage = heard;
  worker.onerror = event => giveUp(`the worker did not start (${event.message ?? "no reason given"}).`);
  ready = new Promise((resolve, reject) => { [settle, fail] = [resolve, reject]; });
  ready.catch(() => {}); // whoever waits for it is told, and nobody may
  timer = setTimeout(() => tell("loading", "Python is still coming; a slow connection takes a minute for its 10 MB. Pictures "
    + "follow the first slider meanwhile."), PATIENCE);
  const begin = {pyodide: new URL(PYODIDE, import.meta.url).href, wheel: here(WHEEL), script: here("desk.py")};
  worker.postMessage({begin});
  return ready;
};

/* The worker's answer to a request. */
export const ask = async request => {
  await start();
  const id = count += 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    worker.postMessage({id, request});
  });
};

/* End the worker, whatever it does, and start another. */
export const restart = () => {
  end();
  return start();
};
