"""Drawing a Chart as a PNG: bars of what was, striped bars with their likely range for what is expected.

Legible on a phone, and told apart without colours: what is expected is striped, beside being orange and not blue (the
colours of Okabe & Ito, which the colour-blind tell apart). A Figure of its own and no pyplot, which keeps figures in a
global that threads would share.
"""

import io
from decimal import Decimal

from babel.numbers import format_compact_currency
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter, MaxNLocator

from commands._reply import Bar, Chart

INCHES, DOTS_AN_INCH = (8.0, 5.2), 150
TITLE_POINTS, TEXT_POINTS = 19, 15
BLUE, ORANGE, GREY, INK = "#0072B2", "#E69F00", "#6b6b6b", "#1d1c1d"
WIDTH = 0.78
# Of the width of the picture, to the left of the name and to its right.
INDENT = 0.01
# More would run into one another on a phone.
LABELS_MOST = 6


def png(chart: Chart, locale: str = "en_US") -> bytes:
    """The picture."""
    figure = Figure(figsize=INCHES, dpi=DOTS_AN_INCH, facecolor="white", layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _bars(figure, axes, chart)
    _labels(axes, chart, locale)
    _titles(figure, canvas, axes, chart)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=TEXT_POINTS, colors=INK)
    axes.grid(axis="y", color="#dddddd")
    axes.set_axisbelow(True)
    written = io.BytesIO()
    canvas.print_png(written)  # type: ignore[no-untyped-call]
    return written.getvalue()


def _titles(figure: Figure, canvas: FigureCanvasAgg, axes: Axes, chart: Chart) -> None:
    """Whose figures these are, and what they are. A picture is passed on without the message that it came with."""
    what = axes.set_title(chart.title, fontsize=TEXT_POINTS, color=INK, loc="left", parse_math=False)
    bold = {"fontsize": TITLE_POINTS, "fontweight": "bold"}
    if not _is_drawable(chart.of):
        what.set(**bold)
        return
    of = figure.suptitle(chart.of, x=INDENT, ha="left", color=INK, parse_math=False, **bold)
    drawing: RendererAgg = canvas.get_renderer()  # type: ignore[no-untyped-call]
    letters, room = len(chart.of), figure.bbox.width * (1 - 2 * INDENT)
    while letters and of.get_window_extent(drawing).width > room:
        letters -= 1
        of.set_text(f"{chart.of[:letters].rstrip()}…")


def _is_drawable(text: str) -> bool:
    """Whether the font has a sign for each letter, since boxes in place of them say nothing."""
    font = get_font(findfont(FontProperties(weight="bold")))
    return bool(text) and all(font.get_char_index(ord(letter)) for letter in text)


def _bars(figure: Figure, axes: Axes, chart: Chart) -> None:
    past, ahead = [float(one.value) for one in chart.past], [float(one.value) for one in chart.ahead]
    axes.bar(range(len(past)), past, WIDTH, color=BLUE, label="was")
    if not ahead:
        return
    places = range(len(past), len(past) + len(ahead))
    axes.bar(places, ahead, WIDTH, color="white", edgecolor=ORANGE, hatch="///", linewidth=2, label="expected")
    below = [max(float(one.value - one.low), 0.0) for one in chart.ahead]
    above = [max(float(one.high - one.value), 0.0) for one in chart.ahead]
    axes.errorbar(
        places, ahead, yerr=[below, above], fmt="none", ecolor=INK, elinewidth=2.5, capsize=8, label="likely range"
    )
    axes.axvline(len(past) - 0.5, color=GREY, linewidth=1.5, linestyle=":")
    # Below the axes, where neither a line nor a bar runs through it.
    figure.legend(loc="outside lower left", fontsize=TEXT_POINTS, labelcolor=INK, frameon=False, ncols=3)


def _labels(axes: Axes, chart: Chart, locale: str) -> None:
    every: list[Bar] = [*chart.past, *chart.ahead]
    step = -(-len(every) // LABELS_MOST)
    # Counted from the last of the past, which is the one that everybody looks for.
    shown = [place for place in range(len(every)) if (place - len(chart.past) + 1) % step == 0]
    axes.set_xticks(shown, [f"{every[place].until:%b}\n{every[place].until:%Y}" for place in shown])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))

    def money(amount: float, _place: int) -> str:
        return format_compact_currency(Decimal(round(amount)), chart.unit, locale=locale, fraction_digits=1)

    axes.yaxis.set_major_formatter(FuncFormatter(money))
