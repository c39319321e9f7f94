"""Bars as inline SVG: every part has a colour, a pattern and a number, and the chart has words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LABEL, BAR, GAP = 800, 290, 24, 12

# Okabe and Ito's colours, which colour-blind people tell apart; the pattern tells them in grey.
FILLS = {
    "right": ("#0072B2", ""),
    "named": ("#D55E00", "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4"),
    "other": ("#E69F00", "M2,4 h4 M4,2 v4"),
    "blank": ("#FFFFFF", ""),
    "look": ("#CC79A7", "M0,4 h8 M4,0 v8"),
    "overcome": ("#56B4E9", "M0,2 h8 M0,6 h8"),
}
DARK_TEXT = {"other", "blank", "look", "overcome"}


def bars(
    rows: Sequence[tuple[str, Mapping[str, int]]],
    meanings: Mapping[str, str],
    title: str,
    *,
    id: str,
    whole: int | None = None,
) -> str:
    """Horizontal stacked bars: (label, parts) -> a figure with a legend and a table of its numbers.

    `meanings` says in words what each kind of part is, in the order in which they are stacked. A
    row's length is measured against `whole`, or against the longest row. What stands on a second
    line of a label is written small.
    """
    most = whole or max((sum(parts.values()) for _, parts in rows), default=0) or 1
    height = len(rows) * (BAR + GAP) + GAP
    drawn = "".join(
        _row(label, parts, meanings, GAP + number * (BAR + GAP), most, id)
        for number, (label, parts) in enumerate(rows)
    )
    words = "; ".join(f"{_line(label)}: {_words(parts, meanings)}" for label, parts in rows)
    used = [kind for kind in meanings if any(parts.get(kind) for _, parts in rows)]
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{id}-t {id}-d">'
        f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(words)}</desc>'
        f"<defs>{''.join(_pattern(kind, id) for kind in used)}</defs>{drawn}</svg>"
        f"<figcaption>{_legend(used, meanings, id)}</figcaption>"
        f"{_table(rows, meanings, used, title)}</figure>"
    )


def _row(
    label: str,
    parts: Mapping[str, int],
    meanings: Mapping[str, str],
    top: float,
    most: int,
    id: str,
) -> str:
    middle = top + BAR / 2
    name, _, below = label.partition("\n")
    drawn = [
        f'<text x="{LABEL - 10}" y="{y}" text-anchor="end" dominant-baseline="central"'
        f' class="{kind}">{escape(text)}</text>'
        for text, y, kind in (
            (name, middle - 7 if below else middle, "label"),
            (below, middle + 8, "below"),
        )
        if text
    ]
    left = float(LABEL)
    for kind in meanings:
        count = parts.get(kind, 0)
        if not count:
            continue
        wide = (WIDTH - LABEL - 8) * count / most
        drawn.append(
            f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{BAR}"'
            f' fill="url(#{id}-{kind})" stroke="#1b1b1b" stroke-width="1"/>'
        )
        if wide >= 9 * len(str(count)) + 4:
            ink, paper = ("#000", "#fff") if kind in DARK_TEXT else ("#fff", "#000")
            drawn.append(
                f'<text x="{left + wide / 2:.1f}" y="{middle}" text-anchor="middle"'
                f' dominant-baseline="central" class="number" fill="{ink}" stroke="{paper}"'
                f' stroke-width="3" paint-order="stroke">{count}</text>'
            )
        left += wide
    return "".join(drawn)


def _pattern(kind: str, id: str) -> str:
    colour, lines = FILLS[kind]
    over = f'<path d="{lines}" stroke="#1b1b1b" stroke-width="1.2" fill="none"/>' if lines else ""
    return (
        f'<pattern id="{id}-{kind}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{colour}"/>{over}</pattern>'
    )


def _legend(used: Sequence[str], meanings: Mapping[str, str], id: str) -> str:
    return "".join(
        '<span class="key"><svg viewBox="0 0 22 14" width="22" height="14" aria-hidden="true">'
        f'<rect x="1" y="1" width="20" height="12" fill="url(#{id}-{kind})" stroke="#1b1b1b"/>'
        f"</svg> {escape(meanings[kind])}</span> "
        for kind in used
    )


def _line(label: str) -> str:
    return label.replace("\n", ", ")


def _words(parts: Mapping[str, int], meanings: Mapping[str, str]) -> str:
    return ", ".join(f"{parts[k]} {said}" for k, said in meanings.items() if parts.get(k)) or "none"


def _table(
    rows: Sequence[tuple[str, Mapping[str, int]]],
    meanings: Mapping[str, str],
    used: Sequence[str],
    title: str,
) -> str:
    head = "".join(f'<th scope="col">{escape(meanings[kind])}</th>' for kind in used)
    body = "".join(
        f'<tr><th scope="row">{escape(_line(label))}</th>'
        + "".join(f"<td>{parts.get(kind, 0)}</td>" for kind in used)
        + "</tr>"
        for label, parts in rows
    )
    return (
        f"<details><summary>The same as a table</summary><table><caption>{escape(title)}</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )
