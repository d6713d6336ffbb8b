"""The commands `briefs search`, `ask` and `chat`: a question typed, or a file of them.

Loads nothing before a command runs.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.batch import Line
    from bot.chain import Answerer
    from index.vectors.snapshot import Filters

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only briefs of this date or later: 2019-03.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only briefs of this date or earlier.")
]
Collection = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only this collection; repeat for several.")
]
OnlyBrief = Annotated[
    list[str] | None,
    typer.Option("--brief", metavar="ID", help="Only this brief, by id or report number."),
]
Batch = Annotated[
    str | None,
    typer.Option(metavar="FILE.jsonl", help="One request a line, - for standard input."),
]
Turns = Annotated[
    list[str] | None,
    typer.Option(
        "--turn",
        metavar="QUESTION",
        help="An earlier question of the conversation; repeat, oldest first.",
    ),
]
ShowQuestion = Annotated[
    bool, typer.Option("--show-question", help="Also say how the question was understood.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (search, ask, chat):
        app.command()(command)


def search(
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="What to look for.")] = None,
    limit: Annotated[
        int, typer.Option("-k", metavar="N", min=1, max=200, help="Passages to return.")
    ] = 10,
    since: Since = None,
    until: Until = None,
    collection: Collection = None,
    brief: OnlyBrief = None,
    turn: Turns = None,
    batch: Batch = None,
    json: Json = False,
) -> None:
    """Rank passages for a query.

    Example: briefs search "ceasefire terms" -k 5 --since 2023
    """
    from bot.finding import find, print_hits, require_known
    from bot.render import hit_json
    from ingest.terminal import print_json

    filters = _filters(since, until, collection, brief)
    one_shot = batch is None
    with opened(search=True, one_shot=one_shot) as library, _exit_code() as failures:
        require_known(library, filters)
        for line in _requests(query, turn, batch):
            found = _tried(line, batch, failures, lambda line: find(library, line, filters, limit))
            if found is None:
                continue
            standalone, hits = found
            if json or batch:
                print_json(
                    {
                        "id": line.id,
                        "query": line.question,
                        "standalone_question": standalone.question,
                        "hits": [hit_json(hit, rank) for rank, hit in enumerate(hits, 1)],
                    }
                )
            else:
                print_hits(hits)


def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question.")
    ] = None,
    turn: Turns = None,
    since: Since = None,
    until: Until = None,
    collection: Collection = None,
    brief: OnlyBrief = None,
    batch: Batch = None,
    show_question: ShowQuestion = False,
    json: Json = False,
) -> None:
    """Answer a question from the briefs, every sentence cited, or say that they do not.

    Example: briefs ask "and Sweden?" --turn "When did Finland join NATO?"
    """
    from bot.finding import terminal_asker
    from bot.render import answer_json
    from bot.showing import Showing
    from ingest.terminal import print_json

    filters = _filters(since, until, collection, brief)
    with _answerer(filters, one_shot=batch is None) as answerer, _exit_code() as failures:
        for line in _requests(question, turn, batch):
            showing = Showing(live=not (json or batch), with_question=show_question)
            answer = _tried(
                line,
                batch,
                failures,
                lambda line, showing=showing: answerer.ask(
                    line.question,
                    line.turns,
                    filters,
                    terminal_asker(),
                    "terminal",
                    showing.sentence,
                ),
            )
            if answer is None:
                continue
            if json or batch:
                print_json(answer_json(answer, line.id))
            else:
                showing.answer(answer)


def chat(
    since: Since = None,
    until: Until = None,
    collection: Collection = None,
    brief: OnlyBrief = None,
    show_question: ShowQuestion = False,
) -> None:
    """Hold a conversation with the briefs in the terminal; an empty line or Ctrl-D ends it.

    Example: briefs chat --since 2020
    """
    from bot.answer import Turn
    from bot.finding import terminal_asker
    from bot.showing import Showing
    from ingest.terminal import say

    filters = _filters(since, until, collection, brief)
    turns: list[Turn] = []
    with _answerer(filters) as answerer:
        if sys.stdin.isatty():
            say("Ask; follow-ups are understood. /new starts another topic, an empty line ends.")
        while question := _typed():
            if question == "/new":
                turns.clear()
                continue
            showing = Showing(live=True, with_question=show_question)
            try:
                answer = answerer.ask(
                    question, turns, filters, terminal_asker(), "terminal", showing.sentence
                )
            except UsageError as error:
                say(f"briefs: {error}")
                continue
            showing.answer(answer)
            turns.append(Turn(question, answer.answer_id))


@contextmanager
def _answerer(filters: "Filters", *, one_shot: bool = False) -> "Iterator[Answerer]":
    """Open the library and load the model while the chain is imported: both take a while."""
    from threading import Thread

    from bot.finding import require_known
    from ingest.terminal import say

    with opened(search=True, one_shot=one_shot) as library:
        require_known(library, filters)
        warming = Thread(target=library.warm_up, daemon=True)
        warming.start()
        from bot.ledger import Ledger
        from bot.making import parts

        ledger = Ledger(library.database)
        made = parts(library, ledger)
        answerer = made.answerer(library, ledger, one_shot=one_shot)
        if problem := made.problem():
            say(f"briefs: {problem}")
        warming.join()
        yield answerer


def _filters(
    since: str | None, until: str | None, collection: list[str] | None, brief: list[str] | None
) -> "Filters":
    from index.dates import is_iso
    from index.vectors.snapshot import Filters

    for flag, value in (("--since", since), ("--until", until)):
        if value is not None and not is_iso(value):
            raise UsageError(f"{flag} {value}: not a date; write 2016-09-07, 2016-09 or 2016")
    return Filters(since, until, tuple(collection or ()), tuple(brief or ()))


def _requests(question: str | None, turns: list[str] | None, batch: str | None) -> "Iterable[Line]":
    from bot.batch import Line, lines, sound

    if batch is not None:
        if question is not None:
            raise UsageError("QUESTION and --batch: give one of them, not both")
        return lines(batch)
    if question is None:
        raise UsageError("no question; type one in quotes, or give --batch FILE.jsonl")
    return [Line(None, sound(question), tuple(map(sound, turns or ())))]


def _tried(line: "Line", batch: str | None, failures: list[str], work: Any) -> Any:
    """Return the work's result; in a batch a request that cannot be served gets an error line."""
    from ingest.terminal import print_json

    try:
        if line.fault:
            raise UsageError(line.fault)
        return work(line)
    except UsageError as error:
        if batch is None:
            raise
        failures.append(str(error))
        print_json({"id": line.id, "error": str(error)})
        return None


@contextmanager
def _exit_code() -> Iterator[list[str]]:
    failures: list[str] = []
    yield failures
    if failures:
        many = "request" if len(failures) == 1 else "requests"
        sys.stderr.write(f"briefs: {len(failures)} {many} failed, first: {failures[0]}\n")
        raise typer.Exit(SOME_FAILED)


def _typed() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""
