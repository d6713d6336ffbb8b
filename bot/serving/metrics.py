"""Write figures in Prometheus' text format. Counts only: no person, no channel, no question.

https://prometheus.io/docs/instrumenting/exposition_formats/. The counts of questions are those of
the database, shared by all bots on it: collect them from one of them.
"""

from collections.abc import Iterator, Mapping

from bot.slack.tally import Tally
from bot.slack.types import Outcome
from index.storage.health import LibraryCounts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(
    figures: LibraryCounts | None,
    tally: Tally | None,
    *,
    connected: bool | None,
    refused: Mapping[str, int],
) -> str:
    """Return the page; what is not known is left out, `connected` None where Slack is off."""
    lines = [*_one("briefs_database_up", "Whether the database answers.", int(tally is not None))]
    if figures:
        lines += _one("briefs_briefs", "Current briefs.", figures.briefs)
        lines += _one("briefs_passages", "Searchable passages.", figures.passages)
        lines += _one("briefs_generation", "Number of the published index.", figures.generation)
    if tally:
        lines += _questions(tally)
        lines += _seconds(tally)
    if connected is not None:
        lines += _one("briefs_slack_connected", "Whether Slack is connected.", int(connected))
        name = "briefs_refused_requests_total"
        lines += _head(name, "counter", "Requests refused before they were read, by reason.")
        lines += [f'{name}{{reason="{reason}"}} {n}' for reason, n in sorted(refused.items())]
    return "\n".join(lines) + "\n"


def _questions(tally: Tally) -> Iterator[str]:
    name = "briefs_questions_total"
    yield from _head(name, "counter", "Questions that have ended, by outcome.")
    for outcome in Outcome:
        yield f'{name}{{outcome="{outcome.value}"}} {tally.counts[outcome.value]}'
    yield from _one("briefs_questions_waiting", "Questions nobody works on yet.",
                    tally.counts["waiting"])  # fmt: skip
    yield from _one("briefs_questions_working", "Questions worked on.", tally.counts["working"])
    yield from _one("briefs_oldest_waiting_seconds", "How long the oldest question has waited.",
                    round(tally.oldest_waiting or 0.0, 3))  # fmt: skip


def _seconds(tally: Tally) -> Iterator[str]:
    name = "briefs_answer_seconds"
    yield from _head(name, "histogram", "Seconds from a question's acceptance to its end.")
    for most, number in tally.within.items():
        yield f'{name}_bucket{{le="{most:g}"}} {number}'
    yield f'{name}_bucket{{le="+Inf"}} {tally.ended}'
    yield f"{name}_sum {tally.seconds:.3f}"
    yield f"{name}_count {tally.ended}"


def _one(name: str, words: str, value: float) -> Iterator[str]:
    yield from _head(name, "gauge", words)
    yield f"{name} {value}"


def _head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"
