/* Puts the changed parts of one lab's picture into their places, and gives its controls what ipywidgets 8 leaves out:
   names and spoken values for sliders, a status line that screen readers announce, and keys that stay in the lab
   instead of editing the notebook. */
(() => {
  const host = document.currentScript.parentElement;

  const patch = lab => {
    const text = lab.querySelector(".lr-changes .widget-html-content")?.textContent;
    if (!text) return;
    for (const [name, markup] of Object.entries(JSON.parse(text))) {
      if (name === "alt") lab.querySelector(".lr-picture").ariaLabel = markup;
      const part = lab.querySelector(`.lr-view [data-part="${name}"]`);
      if (!part || part.said === markup) continue;
      part.innerHTML = part.said = markup;
    }
  };

  const improve = lab => {
    for (const row of lab.querySelectorAll(".widget-inline-hbox")) {
      const name = row.querySelector(".widget-label")?.textContent.trim();
      const readout = row.querySelector(".widget-readout");
      const marks = row.classList.contains("lr-marks");
      const values = readout?.textContent.split(marks ? "-" : " – ") ?? [];
      row.querySelectorAll("[role=slider]").forEach((handle, i, all) => {
        const part = all.length > 1 ? `${name}, ${i + 1} of ${all.length}` : name;
        if (handle.ariaLabel !== part) handle.ariaLabel = part;
        if (values[i] && handle.ariaValueText !== values[i]) handle.ariaValueText = values[i];
      });
      if (marks) readout.contentEditable = "false";
      else if (readout && !readout.role) {
        readout.role = "textbox";
        readout.ariaLabel = `${name}, number`;
      }
    }
  };

  const adopt = lab => {
    const status = document.createElement("div");
    status.className = "lr-status";
    status.role = "status";
    lab.append(status);
    lab.role = "group";
    lab.ariaLabel = lab.querySelector("h4").textContent;
    // Not innerText, which is empty while JupyterLab leaves a cell that is out of sight unrendered.
    const words = name => lab.querySelector(`.lr-result ${name}`)?.textContent ?? "";
    let pause, result = words(".lr-reading"), task = words(".lr-task");
    status.textContent = result;
    const announce = () => {
      // The challenge only when something has become of it: it is long, and heard at every change.
      const news = [words(".lr-reading"), words(".lr-task") === task ? "" : words(".lr-task")];
      if (news[0] === result && !news[1]) return;
      [result, task] = [news[0], words(".lr-task")];
      status.textContent = news.join(" ").trim();
    };
    new MutationObserver(() => {
      patch(lab);
      improve(lab);
      clearTimeout(pause);
      pause = setTimeout(announce, 400);
    }).observe(lab, {childList: true, subtree: true, attributeFilter: ["aria-valuetext"]});
    patch(lab);
    improve(lab);
    lab.querySelector(".lr-ready").click();
  };

  const find = patience => {
    const lab = host.closest(".lr-lab");
    if (lab?.isConnected && lab.querySelector(".lr-result")) adopt(lab);
    else if (patience) setTimeout(find, 50, patience - 1);
  };
  find(200);

  if (!window.lrLabKeys) {
    window.lrLabKeys = true;
    window.addEventListener("keydown", event => {
      if (!event.target.closest?.(".lr-lab")) return;
      const command = event.ctrlKey || event.metaKey || (event.shiftKey && event.key === "Enter");
      event.target.toggleAttribute("data-lm-suppress-shortcuts", !command);
    }, true);
  }
})();
