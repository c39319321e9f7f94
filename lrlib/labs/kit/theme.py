"""How labs look, in light and in dark: style sheets made from `lrlib.style`."""

from lrlib.style import DARK, LIGHT, Theme, svg_dash

HUES = len(LIGHT.series)
UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


def variables(theme: Theme) -> str:
    """The colours of a theme as CSS custom properties."""
    named = {
        "ink": theme.text,
        "soft": theme.muted,
        "grid": theme.grid,
        "paper": theme.background,
        "good": theme.good,
        "alarm": "#c22f0b",
        **{str(i): colour for i, colour in enumerate(theme.series)},
    }
    return "".join(f"--lr-{name}:{colour};" for name, colour in named.items())


_SERIES = "".join(
    f".lr-picture .s{i}{{stroke:var(--lr-{i});fill:var(--lr-{i})}}"
    f".lr-picture .ln.s{i}{{stroke-dasharray:{svg_dash(i)}}}"
    for i in range(HUES)
)

PICTURE = f"""
.lr-lab,.lr-alone{{{variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{.lr-alone{{{variables(DARK)}}}}}
.lr-picture{{font:13px system-ui,sans-serif;display:block}}
.lr-picture{{max-width:100%;height:auto;min-width:460px}}
.lr-picture text{{fill:var(--lr-ink)}}
.lr-picture .paper{{fill:var(--lr-paper)}}
.lr-picture .fr{{fill:none;stroke:var(--lr-soft)}}
.lr-picture .gr{{stroke:var(--lr-grid);fill:none}}
.lr-picture .tk{{font-size:12px;fill:var(--lr-soft)}}
.lr-picture .ax{{text-anchor:middle}}
.lr-picture .tt{{font-weight:600}}
.lr-picture .tx{{paint-order:stroke;stroke:var(--lr-paper);stroke-width:3px}}
{_SERIES}
.lr-picture .ln{{fill:none;stroke-width:2.2;stroke-linejoin:round}}
.lr-picture .ln.thin{{stroke-width:1;opacity:.6}}
.lr-picture .ln.solid{{stroke-dasharray:none}}
.lr-picture .mk{{stroke-width:1.6}}
.lr-picture .br{{fill-opacity:.55;stroke-width:1.5}}
.lr-picture .bd{{fill-opacity:.16;stroke:none}}
.lr-picture .tip{{stroke:none}}
.lr-picture .ghost{{stroke:var(--lr-soft);fill:var(--lr-soft);opacity:.75}}
.lr-picture .ghost{{stroke-dasharray:4 3}}
.lr-picture .br.ghost{{fill:none}}
.lr-picture .ln.ghost{{fill:none}}
.lr-picture .tip.ghost{{stroke:none}}
.lr-picture .mk.ghost{{stroke-dasharray:none}}
.lr-picture .rl{{stroke:var(--lr-soft);stroke-width:1.4;stroke-dasharray:3 3;fill:none}}
.lr-picture .ct{{stroke:var(--lr-soft);opacity:.55;fill:none}}
.lr-picture .alarm{{fill:var(--lr-alarm)}}
.lr-picture .alarm-text{{fill:#fff;font-weight:700;font-size:14px;text-anchor:middle}}
"""

LAB = f"""
.lr-lab{{border:1px solid var(--lr-grid);border-radius:6px;padding:10px 14px;max-width:720px}}
.lr-lab{{color:var(--lr-ink);background:var(--lr-paper);overflow-x:auto}}
.lr-lab h4{{margin:0;font-size:1.1em;color:var(--lr-ink)}}
.lr-lab p{{margin:2px 0;line-height:1.4;color:var(--lr-ink)}}
.lr-lab p.lr-met{{color:var(--lr-good);font-weight:600}}
.lr-lab :focus-visible{{outline:3px solid var(--lr-0);outline-offset:2px}}
.lr-reading{{min-height:2.8em}}
.lr-reading.lr-bad{{border-left:4px solid var(--lr-alarm);padding-left:8px}}
.lr-lab table{{border-collapse:collapse;font-size:12px;margin-top:6px}}
.lr-lab td,.lr-lab th{{padding:1px 10px;text-align:right;border-bottom:1px solid var(--lr-grid)}}
.lr-lab pre{{font-size:12px;padding:6px;border:1px solid var(--lr-grid);white-space:pre-wrap}}
.lr-lab table,.lr-lab pre{{color:var(--lr-ink);background:var(--lr-paper)}}
.lr-status{{{UNSEEN}}}
"""
