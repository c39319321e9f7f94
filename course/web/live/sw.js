/* Keeps what a reader has visited, so that pages, labs and checks work without a network. */
const CACHE = "learning-rates";
const SLOW_MS = 5000;

/* What never changes under its address: Pyodide of one version, and the wheel in a folder named by its hash. */
const fixed = url => /\/pyodide\/|\/wheel-[0-9a-f]+\//.test(url.pathname);
const ours = url => fixed(url) || (url.origin === location.origin && !url.pathname.includes("/lite/"));

const stored = async (request, answer) => {
  try {
    if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  } catch { /* a full disk: the page still has its answer */ }
  return answer;
};

const old = request => caches.match(request, {ignoreSearch: request.mode === "navigate", ignoreVary: true});

const fresh = async request => {
  const news = fetch(request).then(answer => stored(request, answer));
  const slow = new Promise(resolve => { setTimeout(resolve, SLOW_MS); }).then(() => old(request));
  try {
    return await Promise.race([news, slow.then(found => found ?? news)]);
  } catch (error) {
    const found = await old(request);
    if (found) return found;
    throw error;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", event => {
  const {request} = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !ours(url)) return;
  event.respondWith(fixed(url) ? old(request).then(found => found ?? fresh(request)) : fresh(request));
});

/* A page names what it has loaded, for much of that came before this worker; wheels of older versions go. */
const keep = async names => {
  const cache = await caches.open(CACHE);
  const wheels = names.filter(name => name.includes("/wheel-"));
  for (const {url} of await cache.keys()) {
    if (wheels.length && url.includes("/wheel-") && !wheels.includes(url)) await cache.delete(url);
  }
  for (const name of names) {
    if (ours(new URL(name)) && !await cache.match(name)) await cache.add(name).catch(() => {});
  }
};
self.addEventListener("message", event => {
  const done = keep(event.data.keep).then(() => event.source?.postMessage({kept: event.data.keep.length}));
  event.waitUntil(done);
});
