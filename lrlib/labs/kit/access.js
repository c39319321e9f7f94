/* Gives the controls of one lab what ipywidgets 8 leaves out: names and spoken values for sliders, a status line
   that screen readers announce, and keys that stay in the lab instead of editing the notebook. */
(() => {
  const host = document.currentScript.parentElement;

  const improve = lab => {
    for (const row of lab.querySelectorAll(".widget-inline-hbox")) {
      const name = row.querySelector(".widget-label")?.textContent.trim();
      const readout = row.querySelector(".widget-readout");
      const values = readout?.textContent.split(" – ") ?? [];
      row.querySelectorAll("[role=slider]").forEach((handle, i, all) => {
        const part = all.length > 1 ? `${name}, ${i + 1} of ${all.length}` : name;
        if (handle.ariaLabel !== part) handle.ariaLabel = part;
        if (values[i] && handle.ariaValueText !== values[i]) handle.ariaValueText = values[i];
      });
      if (readout && !readout.role) {
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
    let pause;
    const announce = () => {
      // Not innerText, which is empty while JupyterLab leaves a cell that is out of sight unrendered.
      const text = [...lab.querySelectorAll(".lr-result p")].map(p => p.textContent).join(" ");
      if (status.textContent !== text) status.textContent = text;
    };
    new MutationObserver(() => {
      improve(lab);
      clearTimeout(pause);
      pause = setTimeout(announce, 400);
    }).observe(lab, {childList: true, subtree: true, attributeFilter: ["aria-valuetext"]});
    improve(lab);
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
