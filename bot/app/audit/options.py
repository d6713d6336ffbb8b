"""The options that choose answers for `briefs audit …`, and what else its commands share."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

import typer

from bot.audit.selection import Selection

Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only answers since this day, month or year: 2026-03."),
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only answers until this day, month or year.")
]
Channel = Annotated[
    str | None, typer.Option(metavar="ID", help="Only answers given in this Slack channel.")
]
Asker = Annotated[str | None, typer.Option(metavar="ID", help="Only answers to this person.")]
Brief = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="Only answers that cite this brief; ID#p4: its fourth paragraph."
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(metavar="MODE", help="Only answers of this mode: extractive, written."),
]
OutcomeOption = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="answered|unsure|declined",
        help="Only replies that ended like this.",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="Only questions of this kind: fact, overview, summary …"),
]
Sample = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Only N answers, drawn at random.")
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Draw the same sample again.")]
Many = Annotated[
    int, typer.Option("-n", metavar="N", min=1, help="Maximum number of answers to list.")
]


_OPTIONS = {
    "since": Since, "until": Until, "channel": Channel,
    "asker": Asker, "brief": Brief, "mode": Mode, "outcome": OutcomeOption, "kind": Kind,
}  # fmt: skip


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Replace a command's parameter `chosen` by the options that choose answers.

    Impossible values are refused where the Selection is used (bot/audit/register_query.py).
    """
    own = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        if parameter.name == "chosen":
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters += [
                inspect.Parameter(name, kind, default=None, annotation=option)
                for name, option in _OPTIONS.items()
            ]
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def chosen_for(**given: Any) -> None:
        chosen = Selection(**{name: given.pop(name) for name in _OPTIONS})
        command(chosen=chosen, **given)

    chosen_for.__name__, chosen_for.__doc__ = command.__name__, command.__doc__
    chosen_for.__annotations__ = {one.name: one.annotation for one in parameters}
    chosen_for.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    return chosen_for


def sampled(chosen: Selection, sample: int | None, seed: int | None) -> Selection:
    """Add a random sample to a selection, and print its seed; nothing without `sample`."""
    from bot.audit.selection import fresh_seed
    from ingest.terminal import say

    if sample is None:
        return chosen
    seed = fresh_seed() if seed is None else seed
    say(f"random sample of {sample}: repeat it with --seed {seed}")
    return replace(chosen, sample=sample, seed=seed)


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal; what is yielded takes how many more are done."""
    from rich.progress import Progress

    from ingest.terminal import err

    console = err()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(label, total=total)
        yield lambda count: bars.advance(task, count)
