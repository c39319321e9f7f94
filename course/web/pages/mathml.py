"""Formulas as MathML, made while the pages are built: no script and no font is loaded for them."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.errors import ExtensionError

# What the converter does not know, in what it knows.
SPELLED = {r"\\dots(?![a-z])": r"\\ldots", r"\\dotsc(?![a-z])": r"\\ldots"}


def mathml(tex: str, block: bool = False) -> str:
    """A formula in LaTeX as a <math> element; one that cannot be read is an ExtensionError."""
    for pattern, known in SPELLED.items():
        tex = re.sub(pattern, known, tex)
    try:
        return tex2mathml(tex.strip(), as_block=block)
    except MathError as error:
        raise ExtensionError(f"cannot turn the formula {tex!r} into MathML: {error}") from error


def visit_inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the renderer with Sphinx under the name mathml."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
