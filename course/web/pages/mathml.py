"""Formulas as MathML, made while the pages are built: no script and no font is loaded for them."""

from __future__ import annotations

from typing import Any

from docutils import nodes

from autograders.feedback.mathml import FormulaError, mathml


def formula(translator: Any, node: nodes.Node, block: bool) -> str:
    """A node of a page as MathML; a formula that cannot be read says on which page it stands."""
    from sphinx.errors import ExtensionError  # absent where only formulas are converted

    try:
        return mathml(node.astext(), block)
    except FormulaError as error:
        raise ExtensionError(f"{translator.builder.current_docname}: {error}") from error


def visit_inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(formula(translator, node, block=False))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{formula(translator, node, block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the renderer with Sphinx under the name mathml."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
