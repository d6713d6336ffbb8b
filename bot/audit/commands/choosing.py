"""The options with which `briefs audit …` chooses answers, and the Selection that they make."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import typer

from bot.audit.selection import Selection

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only answers of this day or later: 2026-03.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only answers of this day or earlier.")
]
Channel = Annotated[
    str | None, typer.Option(metavar="ID", help="Only answers given in this Slack channel.")
]
Asker = Annotated[str | None, typer.Option(metavar="ID", help="Only answers to this person.")]
Brief = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Only answers that cite this brief, or ID#p4 its paragraph."),
]
Mode = Annotated[
    str | None,
    typer.Option(metavar="MODE", help="Only answers made this way: extractive, written."),
]
Sample = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Only so many, drawn at random.")
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Draw these again.")]
Many = Annotated[int, typer.Option("-n", metavar="N", min=1, help="Answers to list.")]


_OPTIONS = {
    "since": Since, "until": Until, "channel": Channel,
    "asker": Asker, "brief": Brief, "mode": Mode,
}  # fmt: skip


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of its parameter `chosen`, the options that choose answers.

    What no answer can have is refused where a Selection is used (bot/audit/register_query.py).
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
    """Return a selection that draws at random, its seed said; as it is without `sample`."""
    from bot.audit.selection import fresh_seed
    from ingest.terminal import say

    if sample is None:
        return chosen
    seed = fresh_seed() if seed is None else seed
    say(f"{sample} at random: --seed {seed}")
    return replace(chosen, sample=sample, seed=seed)
