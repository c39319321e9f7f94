/* Has the service worker keep what this page has loaded, so that it opens without a network. */
import {WHEEL} from "./settings.js";

const here = name => new URL(name, import.meta.url).href;
const LATER = ["editor.js", "worker.js", "desk.py", WHEEL];

const keep = async names => {
  const {active} = await navigator.serviceWorker.ready;
  active.postMessage({keep: [...new Set(names)]});
};

/* Keep the page, and files of the live folder that it will need; call again with what the worker loaded. */
export const keepPage = async more => {
  if (!navigator.serviceWorker || !isSecureContext) return;
  try {
    await navigator.serviceWorker.register(here("../sw.js"));
    navigator.serviceWorker.addEventListener("message", ({data}) => {
      if (data.kept) document.documentElement.dataset.kept = data.kept;
    });
    const loaded = performance.getEntriesByType("resource").map(entry => entry.name);
    await keep([location.href.split("#")[0], ...loaded, ...LATER.map(here), ...more.map(here)]);
  } catch { /* no service worker to be had, as in a private window: the page works with a network */ }
};
export const keepAlso = names => { if (navigator.serviceWorker?.controller) keep(names).catch(() => {}); };
