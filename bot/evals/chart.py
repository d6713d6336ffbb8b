"""Draw an evaluation: the JSON object of a report in, a PNG file with two panels out.

Left the shares of answered questions over the threshold of confidence, right the share of questions
whose gold passages are all in the top k, by type. Colours after Okabe and Ito (2008,
jfly.uni-koeln.de/color), told apart with every kind of colour vision; lines differ in dashes and
marks too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.evals.measures import DEPTHS
from index.errors import UsageError

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKS = "osD^vPX"
_DASHES = ("-", "--", "-.", ":")
_MOST_TYPES = 7  # lines that can be told apart


def draw(report: Mapping[str, Any], path: Path) -> None:
    """Write the chart; raise UsageError without matplotlib, or where nothing can be written."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("--png: no matplotlib; type: pip install 'brief-bot[eval]'") from error
    figure = Figure(figsize=(11, 5.6), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _thresholds(left, report["confidence"])
    _recall(right, report)
    for axes in (left, right):
        axes.set_ylim(-0.02, 1.02)
        axes.grid(color="#dddddd", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise UsageError(f"--png {path}: {error.strerror}; name a file in a folder that is there") \
            from error  # fmt: skip


def _thresholds(axes: Any, confidence: Mapping[str, Any]) -> None:
    axes.set_title("Answering from a confidence on", fontsize=11)
    axes.set_xlabel("threshold of confidence")
    axes.set_ylabel("share of questions")
    points = confidence["curve"]
    if not points:
        axes.text(0.5, 0.5, "needs answered questions of both kinds", ha="center")
        return
    at = [0.0, *(point["threshold"] for point in points)]
    shown = (
        ("tpr", "answerable: answered", "-"),
        ("fpr", "not answerable: answered", "--"),
        ("balanced_accuracy", "balanced accuracy", "-."),
    )
    for (key, label, dashes), colour in zip(shown, _COLOURS, strict=False):
        values = [points[0][key], *(point[key] for point in points)]
        axes.step(
            at, values, where="pre", color=colour, linestyle=dashes, linewidth=1.8, label=label
        )
    best = confidence["best"]
    axes.plot(
        [best["threshold"]], [best["balanced_accuracy"]], "o", color="black", markersize=6,
        label=f"best: {best['balanced_accuracy']:.2f} at {best['threshold']:.2f}",
    )  # fmt: skip
    axes.set_xlim(0, 1)
    _legend(axes, "")


def _recall(axes: Any, report: Mapping[str, Any]) -> None:
    depths = [at for at in DEPTHS if f"all_at_{at}" in report["overall"]]
    axes.set_title("All gold passages in the top k", fontsize=11)
    axes.set_xlabel("k")
    axes.set_ylabel("share of questions")
    axes.set_xticks(range(len(depths)), [str(at) for at in depths])
    sized = sorted(
        ((found["all_at_1"]["of"], kind) for kind, found in report["types"].items()), reverse=True
    )
    kinds = [kind for count, kind in sized if count][:_MOST_TYPES]
    lines = [(kind, report["types"][kind]) for kind in kinds]
    for at, (kind, found) in enumerate(lines):
        values = [found[f"all_at_{depth}"]["share"] for depth in depths]
        axes.plot(
            range(len(depths)), values, color=_COLOURS[at], marker=_MARKS[at], markersize=5,
            linestyle=_DASHES[at % len(_DASHES)], label=f"{kind} ({found['all_at_1']['of']})",
        )  # fmt: skip
    overall = [report["overall"][f"all_at_{depth}"]["share"] for depth in depths]
    if len(lines) > 1 and None not in overall:
        axes.plot(
            range(len(depths)), overall, color="#555555", linewidth=3.5, alpha=0.6, label="all"
        )
    if lines:
        _legend(axes, "type (questions)")


def _legend(axes: Any, title: str) -> None:
    """Put the legend below the axis, where no line runs."""
    axes.legend(
        fontsize=8.5, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, frameon=False,
        title=title or None,
    )  # fmt: skip
