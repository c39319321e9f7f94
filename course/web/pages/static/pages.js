/* Text that is wider than its place can be scrolled from the keyboard, too. */
"use strict";

(() => {
  const reach = () => {
    for (const place of document.querySelectorAll("pre, .formula, .table-wrapper, div.cell_output, .lr-report")) {
      const wide = place.scrollWidth > place.clientWidth + 1;
      if (wide) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
})();
