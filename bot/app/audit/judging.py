"""Commands of `briefs audit`: judge sentences, draw samples, compare the checks with editors."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.audit.options import Seed, choosing
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import Json, opened

if TYPE_CHECKING:
    from bot.audit.judgements import Judged

_WORDS = 'supported|partly|unsupported|"wrong source"'


def judge(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's id.")],
    sentence: Annotated[int, typer.Argument(metavar="SENTENCE", help="Its number, from 1.")],
    judged: Annotated[str, typer.Argument(metavar=_WORDS, help="Whether its passages support it.")],
    editor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who judges; default: the terminal user.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    json: Json = False,
) -> None:
    """Record an editor's judgement of a sentence. A later one by the same editor replaces it.

    Example: briefs audit judge 3f9a1c2e07b4d586 2 partly --note "The brief says 'may'."
    """
    from bot.audit.judgements import judge as record
    from bot.ledger.ledger import Ledger
    from bot.question.requests import terminal_asker
    from ingest.terminal import print_json

    word = _word(judged)
    with opened() as library:
        ledger = Ledger(library.database)
        made = record(ledger, answer_id, sentence, word, editor or terminal_asker(), note)
        text = ledger.get(answer_id).body["sentences"][sentence - 1]["text"]
    if json:
        print_json(vars(made))
    else:
        from bot.answering.render import safe

        sys.stdout.write(safe(f"{made.judged}, says {made.editor}: “{text}”") + "\n")


@choosing
def sample(
    count: Annotated[int, typer.Argument(metavar="N", min=1, help="Number of answers.")],
    chosen: Selection,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Draw a random sample of answers to judge. Nothing is recorded; the seed repeats the sample.

    Example: briefs audit sample 50 --since 2026-03 --seed 7
    """
    from bot.audit.judgements import draw_answers, sampled_json, sampled_lines
    from bot.audit.selection import fresh_seed
    from ingest.terminal import print_json, say

    seed = fresh_seed() if seed is None else seed
    with opened() as library:
        found = draw_answers(library.database, chosen, count, seed)
    for item in found.items:
        if json:
            print_json(sampled_json(item, found))
        else:
            sys.stdout.write(sampled_lines(item) + "\n")
    if not found.items:
        say("no answer to draw from: no answered question matches these options")
        return
    say(
        f"{len(found.items)} of {found.population:,} answers, {found.unjudged} of them not fully "
        f"judged; repeat the sample with --seed {seed}"
    )


@choosing
def agreement(
    chosen: Selection,
    json: Json = False,
) -> None:
    """Compare the automatic checks with the editors, and the editors with each other.

    Also shows how often answers are wrong, and which score threshold would separate the judged
    sentences best.

    Example: briefs audit agreement --since 2026-01
    """
    from bot.audit.agreement import compare
    from ingest.terminal import out, print_json

    with opened() as library:
        found = compare(library.database, chosen)
    if json:
        print_json(found.to_json())
        return
    for line in found.lines():
        out().print(line, markup=False)


def _word(given: str) -> "Judged":
    from bot.audit.judgements import Judged

    plain = given.strip().lower().replace("-", " ").replace("_", " ")
    try:
        return Judged(plain)
    except ValueError:
        raise UsageError(f"{given}: not a judgement; choose one of {_WORDS}") from None
