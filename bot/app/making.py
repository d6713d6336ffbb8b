"""Choose who answers and who understands, by the settings of a library.

Without a chat model, and for a process that has none, that is the briefs' own words and the rules.
Imports the chat model's modules only where one is set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.answering import extractive
from bot.answering.chain import AnswerMaker
from bot.errors import ChatUnavailable
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.question.conversation import standalone
from bot.question.reading import Understand
from index.errors import BriefsError
from index.library import Library
from index.passage import Hit
from index.settings import Settings

if TYPE_CHECKING:
    from bot.answering.writing.generative import SecondOpinion
    from bot.answering.writing.models import ChatModel

SECONDS = 10.0  # for the second opinion on one sentence


@dataclass(frozen=True)
class AnswerParts:
    """What an Answerer is made of; `model` is None where no model writes."""

    maker: AnswerMaker = extractive.answer
    understand: Understand = standalone
    model: "ChatModel | None" = None

    def answerer(self, library: Library, ledger: Ledger, *, one_shot: bool = False) -> Answerer:
        return Answerer(
            library,
            ledger,
            maker=self.maker,
            understand=self.understand,
            settings=recorded_settings(library.settings),
            one_shot=one_shot,
        )

    def problem(self) -> str | None:
        """Load the model; return in one line what keeps it from writing, None if nothing does."""
        if self.model is None:
            return None
        try:
            self.model.load()
        except ChatUnavailable as fault:
            return (
                f"BRIEFS_CHAT_MODEL={self.model.name}: {fault}; answering in the briefs' own words"
            )
        return None


def parts(
    library: Library,
    ledger: Ledger,
    *,
    today: Callable[[], date] = date.today,
    client: Any = None,
) -> AnswerParts:
    """Return the parts that the library's settings ask for; nothing is called or loaded yet.

    `today` gives the day that a chat model is told; `client` is a chat model of LangChain's that
    writes in place of the settings' one.
    """
    settings = library.settings
    if client is not None:
        settings = settings.model_copy(update={"chat_model": None})
    elif not settings.chat_model:
        return AnswerParts()
    from bot.answering.writing.allowance import Allowance
    from bot.answering.writing.generative import Writer
    from bot.answering.writing.models import ChatModel
    from bot.answering.writing.rewriting import Rewriter

    allowance = Allowance(library.database, settings.chat_calls_a_day)
    model = ChatModel(settings, allowance, client=client)
    return AnswerParts(
        Writer(model, today=today, second=second_opinion(library)),
        Rewriter(model, lambda answer_id: recalled(ledger, answer_id)),
        model,
    )


def second_opinion(library: Library) -> "SecondOpinion | None":
    """Return what asks the model of BRIEFS_SECOND_OPINION about a sentence, None where none is."""
    if not library.settings.second_opinion:
        return None
    from bot.answering.writing.generative import Doubt
    from bot.audit.judgements import Judged
    from bot.audit.second_opinions import ModelJudge

    judge = ModelJudge(library.database, library.settings, library.settings.second_opinion)

    def opinion(sentence: str, cited: Sequence[Hit]) -> Doubt | None:
        judged, reason = judge.ask(sentence, cited, SECONDS)
        if judged is Judged.SUPPORTED:
            return None
        said = f"{judge.name} finds it {judged}" + (f": {reason}" if reason else "")
        return Doubt(judged is not Judged.PARTLY, said)

    return opinion


def answerer(library: Library, ledger: Ledger) -> Answerer:
    return parts(library, ledger).answerer(library, ledger)


def recalled(ledger: Ledger, answer_id: str) -> str:
    """Return an earlier answer with the titles of the briefs it cites, "" where there is none."""
    try:
        body = ledger.get(answer_id).body
    except BriefsError:
        return ""
    said = [sentence["text"] for sentence in body["sentences"]]
    titles = dict.fromkeys(citation["brief"]["title"] for citation in body["citations"])
    return " ".join([*said, *(f"({title})" for title in titles)])


def recorded_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that go into the ledger with every answer: none of them is secret."""
    recorded: dict[str, Any] = {
        "embedding_model": settings.embedding_model,
        "chat_model": settings.chat_model,
        "chroma": "server" if settings.chroma_url else "embedded",
    }
    if settings.chat_model:
        from bot.answering.writing.prompt import VERSION

        recorded |= {
            "prompt_version": VERSION,
            "chat_server": "own" if settings.chat_url else "provider",
            "chat_max_tokens": settings.chat_max_tokens,
            "chat_input_tokens": settings.chat_input_tokens,
            "second_opinion": settings.second_opinion,
        }
    return recorded
