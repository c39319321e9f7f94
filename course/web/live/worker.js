/* The one worker of a page: Pyodide with NumPy and the course's wheel, and the desk that answers requests. */
let desk;
const tell = (stage, text) => postMessage({stage, text});

const begin = async ({pyodide, wheel, script}) => {
  tell("loading", "Python is coming.");
  const {loadPyodide} = await import(`${pyodide}pyodide.mjs`);
  const [source, python] = await Promise.all([
    fetch(script).then(answer => answer.text()),
    loadPyodide({indexURL: pyodide, packages: ["numpy", wheel]}),
  ]);
  tell("loading", "Python is here and starts.");
  python.runPython(source);
  desk = python.runPython("Desk()");
  postMessage({loaded: performance.getEntriesByType("resource").map(entry => entry.name)});
  tell("ready", "");
};

self.onmessage = async ({data}) => {
  try {
    if (data.begin) await begin(data.begin);
    else postMessage({id: data.id, answer: JSON.parse(desk.answer(JSON.stringify(data.request)))});
  } catch (error) {
    if (data.begin) tell("failed", String(error.message ?? error));
    else postMessage({id: data.id, error: String(error.message ?? error)});
  }
};
