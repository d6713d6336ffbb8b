"""Write the comparison of machine and editors as lines for people. No I/O."""

from collections.abc import Iterator, Sequence

from bot.answering.render import safe
from bot.audit.agreement import Agreement, Threshold
from bot.audit.comparison import VERDICTS, WORDS, Comparison
from bot.audit.rates import Rate

EDITORS = 10  # pairs of them that are listed


def lines(found: Comparison) -> Iterator[str]:
    """Yield the lines."""
    if not found.sentences:
        yield "no sentence of these answers is judged; draw some: briefs audit sample 50"
        return
    sentences = "sentence" if found.sentences == 1 else "sentences"
    answers = "answer" if found.answers == 1 else "answers"
    yield f"{found.sentences} {sentences} judged, in {found.answers} {answers}"
    yield ""
    yield from _machine(found)
    yield ""
    yield from _between_editors(found)
    yield ""
    yield from _thresholds(found)
    yield ""
    yield from _errors(found)
    for note in found.notes:
        yield f"note: {note}"


def percent(rate: Rate) -> str:
    """Return "3 of 40, 7.5 % (95 %: 2.6 to 19.9 %)", or that there is nothing to count."""
    if rate.interval is None or rate.share is None:
        return "none to count"
    low, high = rate.interval
    share = f"{100 * rate.share:.1f} %"
    return f"{rate.count} of {rate.total}, {share} (95 %: {100 * low:.1f} to {100 * high:.1f} %)"


def agreed(found: Agreement) -> str:
    """Return "agree on 30 of 40, kappa 0.62"."""
    kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}"
    return f"agree on {found.same} of {found.total}, kappa {kappa}"


def _machine(found: Comparison) -> Iterator[str]:
    yield "Machine (rows) and editors (columns)"
    yield from table(
        ("", *WORDS), [(name, *row) for name, row in zip(VERDICTS, found.table, strict=True)]
    )
    yield f"supported, partly, unsupported: {agreed(found.grades)}"
    yield f"supported or not: {agreed(found.told)}"


def _between_editors(found: Comparison) -> Iterator[str]:
    if not found.editors:
        yield "Between editors: no sentence was judged by two"
        return
    yield "Between editors"
    for each in found.editors[:EDITORS]:
        yield safe(f"  {each.one} and {each.other}: {agreed(each.agreement)}")
    if len(found.editors) > EDITORS:
        yield f"  and {len(found.editors) - EDITORS} pairs more: --json"


def _thresholds(found: Comparison) -> Iterator[str]:
    yield "Threshold of the machine's score"
    if found.today is None or found.best is None:
        yield "  none can be fitted: the judged sentences are all supported, or none is"
        return
    yield f"  today's {_threshold(found.today)}"
    yield f"  best    {_threshold(found.best)}"


def _threshold(found: Threshold) -> str:
    return (
        f"{found.score:.2f}: balanced accuracy {found.balanced:.2f} "
        f"(kept: {found.supported_kept:.0%} of the supported, "
        f"caught: {found.others_caught:.0%} of the others)"
    )


def _errors(found: Comparison) -> Iterator[str]:
    rates = found.rates
    yield "Errors, by the editors' judgement"
    yield f"  answers with a sentence not fully supported: {percent(rates.faulty_answers)}"
    yield f"  answers with one unsupported or from a wrong source: {percent(rates.wrong_answers)}"
    yield f"  sentences not fully supported: {percent(rates.faulty_sentences)}"
    yield f"  sentences unsupported or from a wrong source: {percent(rates.wrong_sentences)}"
    if rates.begun:
        yield f"  {rates.begun} answers are judged in part; they are not among the answers"
    yield "  intervals hold for answers drawn at random (briefs audit sample), not for chosen ones"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield a table's lines: the first column to the left, numbers to the right."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {first.ljust(widths[0])}  {numbers}"
