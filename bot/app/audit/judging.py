"""Commands of `briefs audit`: judge replies, draw samples, compare the bot with editors."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.audit.options import Seed, choosing
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import Json, opened
from ingest.files import shown

if TYPE_CHECKING:
    from bot.audit.judgements import Judgement, Word
    from bot.ledger.ledger import LedgerEntry

_OF_SENTENCES = "supported, partly, unsupported, wrong source"
_OF_REPLIES = "right, does not answer, should have been answered"


def judge(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's id.")],
    judged: Annotated[
        list[str],
        typer.Argument(
            metavar="[SENTENCE] JUDGEMENT",
            help=f"Of a sentence, by its number: {_OF_SENTENCES}. Of the reply: {_OF_REPLIES}.",
        ),
    ],
    editor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who judges; default: the terminal user.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    json: Json = False,
) -> None:
    """Record an editor's judgement of a sentence, or of a reply as a whole.

    A sentence: do its passages support it? A reply: does it answer the question; and if it gave no
    answer, was that right? A later judgement by the same editor replaces the earlier one.

    Example: briefs audit judge 3f9a1c2e07b4d586 2 partly --note "The brief says 'may'."

    Example: briefs audit judge 3f9a1c2e07b4d586 does not answer
    """
    from bot.audit.judgements import judge as record
    from bot.ledger.ledger import Ledger
    from bot.question.requests import terminal_asker
    from ingest.terminal import print_json

    typed, word = _typed(judged)
    with opened() as library:
        ledger = Ledger(library.database)
        entry = ledger.get(answer_id)
        sentence = _meant(typed, word, entry)
        made = record(ledger, answer_id, sentence, word, editor or terminal_asker(), note)
    if json:
        print_json(vars(made))
    else:
        sys.stdout.write(shown(_line(made, entry)) + "\n")


def _typed(words: Sequence[str]) -> "tuple[int | None, Word]":
    """Return the sentence's number and the judgement, which may be typed without quotes."""
    from bot.audit.judgements import word_of

    number = int(words[0]) if words[0].isascii() and words[0].isdigit() else None
    rest = " ".join(words if number is None else words[1:])
    word = word_of(rest)
    if word is None:
        raise UsageError(
            f"{rest or words[0]}: not a judgement; of a sentence there are: {_OF_SENTENCES}; "
            f"of a reply: {_OF_REPLIES}"
        )
    return number, word


def _meant(number: int | None, word: "Word", entry: "LedgerEntry") -> int | None:
    """Return the sentence that is judged: of a reply with one sentence, that one."""
    from bot.audit.judgements import Judged, JudgedReply
    from ingest.terminal import say

    if isinstance(word, JudgedReply) and number is not None:
        say(f"“{word}” is about the whole reply, so it is recorded for all of it")
        return None
    if isinstance(word, Judged) and number is None and len(entry.body["sentences"]) == 1:
        return 1
    return number


def _line(made: "Judgement", entry: "LedgerEntry") -> str:
    from bot.language.untrusted import safe

    if made.sentence is None:
        question = (entry.private or {}).get("standalone_question") or "a forgotten question"
        return safe(f"{made.judged}, says {made.editor} of the reply to “{question}”")
    text = entry.body["sentences"][made.sentence - 1]["text"]
    return safe(f"{made.judged}, says {made.editor}: “{text}”")


@choosing
def sample(
    count: Annotated[int, typer.Argument(metavar="N", min=1, help="Number of replies.")],
    chosen: Selection,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Draw a random sample of replies to judge: answered, unsure and declined, without small talk.

    Nothing is recorded; the seed repeats the sample.

    Example: briefs audit sample 50 --since 2026-03 --seed 7
    """
    from bot.audit.samples import draw_answers, sampled_json, sampled_lines
    from bot.audit.selection import fresh_seed
    from ingest.terminal import print_json, say

    seed = fresh_seed() if seed is None else seed
    with opened() as library:
        found = draw_answers(library.database, chosen, count, seed)
    for item in found.items:
        if json:
            print_json(sampled_json(item, found))
        else:
            sys.stdout.write(shown(sampled_lines(item)) + "\n")
    if not found.items:
        say("no reply to draw from: no question matches these options")
        return
    say(
        f"{len(found.items)} of {found.population:,} replies, {found.unjudged} of them not fully "
        f"judged; repeat the sample with --seed {seed}"
    )


@choosing
def agreement(
    chosen: Selection,
    json: Json = False,
) -> None:
    """Compare the bot with the editors, and the editors with each other.

    How often replies are right and wrong, by outcome and by kind of question; how far the automatic
    checks agree with the editors on sentences, and which threshold would separate those best.

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
