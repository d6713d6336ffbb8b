"""Commands of `briefs audit`: judge sentences, draw samples, compare machine and editors."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.audit.commands.choosing import Seed, choosing
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import Json, opened

if TYPE_CHECKING:
    from bot.audit.judgements import Judged, Judgement

_WORDS = 'supported|partly|unsupported|"wrong source"'


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("judge")(judge)
    app.command("sample")(sample)
    app.command("agreement")(agreement)


def judge(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's id.")],
    sentence: Annotated[int, typer.Argument(metavar="SENTENCE", help="Its number, from 1.")],
    judged: Annotated[str, typer.Argument(metavar=_WORDS, help="Whether its passages say it.")],
    editor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who judges; else the terminal's user.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    json: Json = False,
) -> None:
    """Record what an editor thinks of a sentence of an answer. A later word counts instead.

    Example: briefs audit judge 3f9a1c2e07b4d586 2 partly --note "The brief says 'may'."
    """
    from bot.answering.finding import terminal_asker
    from bot.audit.judgements import judge as record
    from bot.ledger.ledger import Ledger
    from ingest.terminal import print_json

    word = _word(judged)
    with opened() as library:
        ledger = Ledger(library.database)
        made = record(ledger, answer_id, sentence, word, editor or terminal_asker(), note)
        text = ledger.get(answer_id).body["sentences"][sentence - 1]["text"]
    if json:
        print_json(_judgement_json(made))
    else:
        from bot.answering.render import safe

        sys.stdout.write(safe(f"{made.judged}, says {made.editor}: “{text}”") + "\n")


@choosing
def sample(
    count: Annotated[int, typer.Argument(metavar="N", min=1, help="How many answers.")],
    chosen: Selection,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Draw answers at random to be judged. Nothing is recorded; the seed draws them again.

    Example: briefs audit sample 50 --since 2026-03 --seed 7
    """
    from bot.audit.drawn import draw_answers, shown_json, shown_plain
    from bot.audit.sampling import fresh_seed
    from ingest.terminal import print_json, say

    seed = fresh_seed() if seed is None else seed
    with opened() as library:
        found = draw_answers(library.database, chosen, count, seed)
    for item in found.items:
        if json:
            print_json(shown_json(item, found))
        else:
            sys.stdout.write(shown_plain(item) + "\n")
    if not found.items:
        say("no answer to draw from: nothing was answered that these options choose")
        return
    say(
        f"{len(found.items)} of {found.population:,} answers, {found.unjudged} of them not judged "
        f"in full; draw them again: --seed {seed}"
    )


@choosing
def agreement(
    chosen: Selection,
    json: Json = False,
) -> None:
    """Compare the machine with the editors, and editors with each other.

    Also says how often answers are wrong, and which threshold of the machine's score would have
    told the judged sentences best.

    Example: briefs audit agreement --since 2026-01
    """
    from bot.audit.comparison import compare, to_json
    from bot.audit.comparison_lines import lines
    from ingest.terminal import out, print_json

    with opened() as library:
        found = compare(library.database, chosen)
    if json:
        print_json(to_json(found))
        return
    for line in lines(found):
        out().print(line, markup=False)


def _word(given: str) -> "Judged":
    from bot.audit.judgements import Judged

    plain = given.strip().lower().replace("-", " ").replace("_", " ")
    try:
        return Judged(plain)
    except ValueError:
        raise UsageError(f"{given}: no judgement; write one of {_WORDS}") from None


def _judgement_json(made: "Judgement") -> dict[str, Any]:
    return {
        "record_id": made.record_id,
        "answer_id": made.answer_id,
        "sentence": made.sentence,
        "judged": str(made.judged),
        "editor": made.editor,
        "note": made.note,
        "at": made.at,
    }
