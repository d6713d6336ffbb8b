"""The commands `briefs search`, `ask` and `chat`: a question typed, or a file of them.

Imports are inside the functions: `briefs --help` must not wait for them.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.app.taking_away import AsFormat, Format, Output, require_destination, write
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, complete_briefs, complete_collections, opened
from ingest.files import shown

if TYPE_CHECKING:
    from bot.answering.answer import Answer, Citation, Sentence
    from bot.answering.search import SearchResult
    from bot.ledger.recording import Answerer
    from bot.question.question import Question
    from bot.question.requests import BatchRequest
    from index.library import Library
    from index.passage import Hit
    from index.vectors.snapshot import Filters

REPLACED = "The sentences above were replaced. The answer is:"

Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only briefs of this date or later: 2019-03."),
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only briefs of this date or earlier.")
]
Collection = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Only this collection; repeatable.",
        autocompletion=complete_collections,
    ),
]
OnlyBrief = Annotated[
    list[str] | None,
    typer.Option(
        "--brief",
        metavar="ID",
        help="Only this brief, by id or report number.",
        autocompletion=complete_briefs,
    ),
]
Batch = Annotated[
    str | None,
    typer.Option(metavar="FILE.jsonl", help="Read one request per line; - reads standard input."),
]
Turns = Annotated[
    list[str] | None,
    typer.Option(
        "--turn",
        metavar="QUESTION",
        help="An earlier question of the conversation; repeatable, oldest first.",
    ),
]
ShowQuestion = Annotated[
    bool, typer.Option("--show-question", help="Also show how the question was understood.")
]


def register(app: typer.Typer) -> None:
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
    """Find the passages nearest to a query.

    Example: briefs search "ceasefire terms" -k 5 --since 2023
    """
    from bot.answering.contract import search_json
    from ingest.terminal import print_json, say

    filters = _filters(since, until, collection, brief)
    one_shot = batch is None
    with opened(search=True, one_shot=one_shot) as library, failing_requests() as failures:
        _require_known(library, filters)
        for line in _requests(query, turn, batch):
            result = _tried(
                line, batch, failures, lambda line: _found(library, line, filters, limit)
            )
            if result is None:
                continue
            understood, found = result
            for note in found.notes:
                say(note)
            if json or batch:
                print_json(search_json(line.question, understood, found.hits, line.id))
            else:
                _print_hits(found.hits)


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
    form: AsFormat = Format.TEXT,
    output: Output = None,
) -> None:
    """Answer a question from the briefs, with every sentence cited.

    Example: briefs ask "and Sweden?" --turn "When did Finland join NATO?"

    Example: briefs ask "When did Finland join NATO?" --format docx --output finland.docx
    """
    from bot.answering.contract import answer_json
    from bot.question.requests import terminal_asker
    from ingest.terminal import print_json

    filters = _filters(since, until, collection, brief)
    taken_away = form is not Format.TEXT or output is not None
    if taken_away and (json or batch):
        raise UsageError("--format and --output: not with --json or --batch; leave one of them out")
    require_destination(form, output)
    with _answerer(filters, one_shot=batch is None) as answerer, failing_requests() as failures:
        for line in _requests(question, turn, batch):
            live = not (json or batch or taken_away)
            showing = Showing(live=live, with_question=show_question)
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
            elif taken_away:
                write(answer, form, output)
            else:
                showing.answer(answer)


def chat(
    since: Since = None,
    until: Until = None,
    collection: Collection = None,
    brief: OnlyBrief = None,
    show_question: ShowQuestion = False,
) -> None:
    """Chat with the briefs in the terminal. An empty line or Ctrl-D ends the chat.

    Example: briefs chat --since 2020
    """
    from bot.question.question import Turn
    from bot.question.requests import terminal_asker
    from ingest.terminal import say

    filters = _filters(since, until, collection, brief)
    turns: list[Turn] = []
    with _answerer(filters) as answerer:
        if sys.stdin.isatty():
            say("Ask a question. Follow-ups work; /new starts a new topic, an empty line ends it.")
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


class Showing:
    """One answer on its way to the reader of a terminal.

    Sentences come before the answer is whole only where `live` allows it, on a terminal that people
    look at. Where the whole answer is another than what was shown, it says so and shows all of it.
    """

    def __init__(self, *, live: bool, with_question: bool = False) -> None:
        """`live` allows sentences before the answer is whole; machines get the answer alone."""
        self.sentence = self._sentence if live and sys.stdout.isatty() else None
        self._with_question = with_question
        self._shown: list[Sentence] = []

    def answer(self, answer: "Answer") -> None:
        """Print the answer, or what of it has not been shown yet."""
        from bot.answering.render import plain, renderable, rich_sources
        from ingest.terminal import out

        understood = f"Question: {answer.standalone.text}"
        if not sys.stdout.isatty():
            question = f"{understood}\n\n" if self._with_question else ""
            sys.stdout.write(shown(f"{question}{plain(answer)}\n"))
            return
        console = out()
        if self._with_question:
            console.print(understood, style="dim", markup=False, highlight=False)
        if self._shown and self._shown == list(answer.sentences):
            console.print()
            console.print(rich_sources(answer))
            return
        if self._shown:
            console.print(f"\n{REPLACED}\n", style="yellow")
        console.print(renderable(answer))

    def _sentence(self, sentence: "Sentence", _: "tuple[Citation, ...]") -> None:
        from bot.answering.render import rich_sentence
        from ingest.terminal import out

        self._shown.append(sentence)
        out().print(rich_sentence(sentence))


@contextmanager
def _answerer(filters: "Filters", *, one_shot: bool = False) -> "Iterator[Answerer]":
    """Open the library and load the model while the chain is imported: both take a while."""
    from threading import Thread

    from ingest.terminal import say

    with opened(search=True, one_shot=one_shot) as library:
        _require_known(library, filters)
        warming = Thread(target=library.warm_up, daemon=True)
        warming.start()
        from bot.app.making import parts
        from bot.ledger.ledger import Ledger

        ledger = Ledger(library.database)
        made = parts(library, ledger)
        answerer = made.answerer(library, ledger, one_shot=one_shot)
        if problem := made.problem():
            say(f"briefs: {problem}")
        warming.join()
        yield answerer


def _found(
    library: "Library", line: "BatchRequest", filters: "Filters", limit: int
) -> "tuple[Question, SearchResult]":
    from bot.answering.search import search

    if not line.question.strip():
        raise UsageError("query: empty; type what to look for")
    return search(library, line.question, line.turns, filters, limit)


def _print_hits(hits: "Sequence[Hit]") -> None:
    from rich.text import Text

    from bot.language.untrusted import inert
    from ingest.terminal import out, say

    if not hits:
        say("nothing found")
    console = out()
    for rank, hit in enumerate(hits, 1):
        brief, passage = hit.brief, hit.passage
        place = f"page {passage.page}" if passage.page else f"paragraph {passage.paragraph}"
        if rank > 1:
            console.print()
        console.print(
            Text.assemble(
                (f"{rank}. ", "cyan"),
                (inert(brief.title), "bold"),
                f" · {brief.date or 'no date'} · {place} · {hit.score:.2f} · {hit.passage_id}",
            )
        )
        console.print(Text(inert(passage.text)))


def _filters(
    since: str | None, until: str | None, collection: list[str] | None, brief: list[str] | None
) -> "Filters":
    from bot.question.requests import filters_of

    return filters_of(since, until, collection or (), brief or (), mark="--")


def _require_known(library: "Library", filters: "Filters") -> None:
    from bot.question.requests import require_known

    require_known(library, filters, mark="--")


def _requests(
    question: str | None, turns: list[str] | None, batch: str | None
) -> "Iterable[BatchRequest]":
    from bot.question.requests import BatchRequest, lines, sound

    if batch is not None:
        if question is not None:
            raise UsageError("QUESTION and --batch: give one of them, not both")
        return lines(batch)
    if question is None:
        raise UsageError("no question; type one in quotes, or give --batch FILE.jsonl")
    return [BatchRequest(None, sound(question), tuple(map(sound, turns or ())))]


def _tried(line: "BatchRequest", batch: str | None, failures: list[str], work: Any) -> Any:
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
def failing_requests() -> Iterator[list[str]]:
    """Yield a list for what failed; if it is not empty at the end, exit with 1."""
    failures: list[str] = []
    yield failures
    if failures:
        from ingest.files import printable
        from ingest.terminal import say

        many = "request" if len(failures) == 1 else "requests"
        say(printable(f"briefs: {len(failures)} {many} failed, first: {failures[0]}"))
        raise typer.Exit(SOME_FAILED)


def _typed() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""
