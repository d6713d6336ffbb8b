"""What a benchmark reports: rows of a table, with the failures behind each. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_HEAD = ("what", "bar", "ours", "peer", "ratio", "met", "command")
_MET = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True)
class Figure:
    """One measured thing. `met` is None where there is no bar; `details` are failures or notes."""

    what: str
    ours: str
    bar: str = ""
    peer: str = ""
    ratio: str = ""
    met: bool | None = None
    command: str = ""
    details: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)


def counted(what: str, good: int, total: int, bar: float, details: Iterable[str] = ()) -> Figure:
    """Return a figure for `good` of `total`; the bar is a share in [0, 1] of the total."""
    share = good / total if total else 0.0
    wanted = "all" if bar >= 1 else f"≥ {bar:.0%}"
    ours = f"{good} of {total}" + ("" if bar >= 1 or not total else f" ({share:.1%})")
    return Figure(what, ours, wanted, met=total > 0 and share >= bar, details=tuple(details))


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a markdown table; a row without command shares the one above."""
    lines = [_row(_HEAD), _row(["---"] * len(_HEAD))]
    for figure in figures:
        command = f"`{figure.command}`" if figure.command else ""
        cells = (figure.what, figure.bar, figure.ours, figure.peer, figure.ratio)
        lines.append(_row((*cells, _MET[figure.met], command)))
    return "\n".join(lines)


def notes(figures: Sequence[Figure], most: int | None = None) -> str:
    """Return the details of all figures as nested lists, at most `most` a figure."""
    lines: list[str] = []
    for figure in figures:
        if figure.details:
            lines.append(f"- {figure.what}:")
            lines += [f"  - {detail}" for detail in figure.details[:most]]
            if most is not None and len(figure.details) > most:
                lines.append(f"  - … {len(figure.details) - most} more")
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
