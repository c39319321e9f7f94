"""How Sphinx makes the readable pages; everything that a page needs lies beside it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Learning rates, live and graded"
author = "The maintainers of the learning-rate course"
copyright = f"2026, {author}. Text and figures CC BY 4.0, code BSD-3-Clause"
language = "en"
extensions = ["myst_nb", "mathml"]
root_doc = "index"

# The notebooks come with their outputs; nothing runs here and no widget waits for a kernel.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict] = {}
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

html_theme = "furo"
html_title = project
html_css_files = ["pages.css"]
html_js_files = ["pages.js"]
html_favicon = "static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {"color-brand-primary": "#005a8f", "color-brand-content": "#005a8f"},
    "dark_css_variables": {"color-brand-primary": "#7cc4f0", "color-brand-content": "#7cc4f0"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
# A text cell of a lesson may begin with any level of heading.
suppress_warnings = ["myst.header", "misc.highlighting_failure", "config.cache"]
