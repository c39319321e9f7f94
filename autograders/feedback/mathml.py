"""Formulas as MathML, made where a page is made: no script and no font is loaded for them."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from docutils.utils.math.latex2mathml import tex2mathml

# What the converter does not know, in what it knows.
SPELLED = {r"\\dots(?![a-z])": r"\\ldots", r"\\dotsc(?![a-z])": r"\\ldots"}
ARGUMENTS = dict.fromkeys(["^", "_", r"\sqrt", r"\hat", r"\bar", r"\tilde", r"\vec"], 1)
ARGUMENTS |= dict.fromkeys([rf"\{size}frac" for size in ("", "d", "t", "c")], 2)
ARGUMENTS |= dict.fromkeys([r"\binom", r"\dbinom", r"\tbinom"], 2)


class FormulaError(ValueError):
    """A formula that cannot be read, and what to do about it."""


def separate(tex: str) -> str:
    r"""A formula in which digits that TeX reads as arguments of their own stand apart.

    The converter takes adjacent digits for one number: it would refuse \frac12 and read x^12 as a
    twelfth power.
    """
    parts: list[str] = []
    waiting, outside = 0, []  # arguments that are still to come, here and around each open brace
    for token in re.findall(r"\\[a-zA-Z]+|\\.|\d[\d.,]*|.", tex, re.DOTALL):
        if token[0].isdigit():
            parts += [f"{digit} " for digit in token[:waiting]]
            parts.append(token[waiting:])
            waiting = max(waiting - len(token), 0)
            continue
        parts.append(token)
        if token == "{":
            outside.append(waiting)
            waiting = 0
        elif token == "}":
            waiting = max(outside.pop() - 1, 0) if outside else 0
        elif not token.isspace():
            waiting = ARGUMENTS.get(token, max(waiting - 1, 0))
    return "".join(parts)


def mathml(tex: str, block: bool = False) -> str:
    """A formula in LaTeX as a <math> element; one that cannot be read is a FormulaError."""
    known = separate(tex)
    for pattern, spelled in SPELLED.items():
        known = re.sub(pattern, spelled, known)
    try:
        return tex2mathml(known.strip(), as_block=block)
    except Exception as error:  # besides its own MathError, what its tree of elements runs into
        reason = f"{type(error).__name__}: {error}".removeprefix("MathError: ")
        raise FormulaError(f"The formula {tex!r} cannot be turned into MathML: {reason}") from error


LONGEST = 2_000
LOOKS = (
    "accent|accentunder|align|class|columnalign|columnspacing|depth|display|displaystyle|fence|form|"
    "height|largeop|linethickness|lspace|mathvariant|maxsize|minsize|movablelimits|rowspacing|"
    "rspace|scriptlevel|separator|stretchy|symmetric|width|xmlns"
)
MARKUP = re.compile(rf'(?:[^<>]|</?m[a-z]+(?:\s+(?:{LOOKS})="[^"<>&]*")*\s*/?>)*')
"""What the converter makes of a formula: elements of MathML that only say how they look."""


@lru_cache(maxsize=2048)
def shown(tex: str, block: bool) -> str:
    """A formula of anybody's as harmless HTML; one that cannot be read as its TeX."""
    try:
        if len(tex) > LONGEST:
            raise FormulaError(f"expected at most {LONGEST} characters, got {len(tex)}")
        markup = mathml(tex, block)
        if not MARKUP.fullmatch(markup):
            raise FormulaError("expected MathML that only says how it looks")
    except FormulaError:
        return f"<code>{html.escape(tex)}</code>"
    return markup
