"""From a question to a recorded answer."""

import json
import socket
import subprocess
import sys

import pytest
from sqlalchemy import text

from bot.answering.answer import Citation, DraftAnswer, verbatim
from bot.answering.contract import answer_json, sentence_json
from bot.errors import LedgerError
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.ledger.streamed import answers_begun, digest_of, rows
from bot.question.question import Question, Turn
from index.errors import UsageError
from index.search import Query
from index.vectors.snapshot import Filters
from tests.tamara import library

__all__ = ["library"]  # found here by pytest
QUESTION = "For how long was Port Aurelia leased?"


@pytest.fixture
def ledger(library):
    return Ledger(library.database)


@pytest.fixture
def answerer(library, ledger):
    return Answerer(library, ledger, settings={"mode": "extractive"})


def test_an_answer_is_recorded_as_it_is_given(answerer, ledger, library):
    """The row holds sentences, citations with the passage as seen, scores, settings, generation."""
    answer = answerer.ask(QUESTION, asker="U7", place="D1")
    entry = ledger.get(answer.answer_id)
    shown = answer_json(answer)
    assert entry.body["sentences"] == shown["sentences"]
    for recorded, citation in zip(entry.body["citations"], answer.citations, strict=True):
        assert recorded["quote"] == citation.quote
        assert recorded["passage"]["text"] == citation.hit.passage.text
        assert recorded["passage"]["brief"]["title"] == citation.brief.title
        assert len(recorded["passage"]["brief"]["text_sha256"]) == 64
    assert [hit["passage_id"] for hit in entry.body["hits"]] == [h.passage_id for h in answer.hits]
    assert entry.body["generation"] == library.generation
    assert entry.body["fingerprint"] == library.fingerprint
    assert entry.body["settings"] == {"mode": "extractive"}
    assert entry.private["question"] == QUESTION
    assert (entry.private["asker"], entry.private["place"]) == ("U7", "D1")
    assert ledger.verify() is None


def test_a_question_that_the_briefs_do_not_answer_is_recorded_with_the_nearest(answerer, ledger):
    """What was shown instead of an answer is evidence too."""
    answer = answerer.ask("best way to cook carbonara?")
    assert not answer.answered
    nearest = ledger.get(answer.answer_id).body["nearest"]
    assert [item["passage"]["text"] for item in nearest] == [
        hit.passage.text for hit in answer.nearest
    ]


def test_follow_ups_are_asked_with_their_topic(answerer, ledger):
    """The standalone question is recorded beside the one that was typed."""
    answer = answerer.ask("for how long?", ["What is the Port Aurelia lease?"])
    assert "99 years" in " ".join(sentence.text for sentence in answer.sentences)
    private = ledger.get(answer.answer_id).private
    assert private["question"] == "for how long?"
    assert "Port Aurelia" in private["standalone_question"]
    assert private["turns"] == [{"question": "What is the Port Aurelia lease?", "answer_id": None}]


def test_no_answer_without_a_record(library, ledger):
    """A ledger that refuses the row keeps the answer from being given."""
    ledger.recent()  # makes the tables
    with library.database.write() as rows:
        rows.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON ledger"
                " BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        )
    try:
        with pytest.raises(LedgerError, match="not shown \\(disk is full\\)"):
            Answerer(library).ask(QUESTION)
    finally:
        with library.database.write() as rows:
            rows.execute(text("DROP TRIGGER full"))


def test_filters_limit_what_is_quoted(answerer):
    answer = answerer.ask("Why did wheat exports of Tamara fall?", filters=Filters(since="2024"))
    assert all(hit.brief.date is not None for hit in answer.hits)


@pytest.mark.parametrize("question", ["", "   ", "??!"])
def test_an_empty_question_is_refused(answerer, question):
    with pytest.raises(UsageError, match="question: empty"):
        answerer.ask(question)


def test_an_endless_question_is_refused(answerer):
    with pytest.raises(UsageError, match="5,000 characters"):
        answerer.ask("a" * 5_000)


def test_the_answer_maker_can_be_another(library, ledger):
    """What writes answers is handed in; citations are checked against the brief all the same."""

    def first_words(question, found, _library):
        passage = found.hits[0].passage
        citation = Citation(1, found.hits[0], passage.start, passage.start + 12)
        return DraftAnswer((verbatim(citation.quote, citation),), (citation,), mode="other")

    answer = Answerer(library, ledger, maker=first_words).ask(QUESTION)
    assert ledger.get(answer.answer_id).body["mode"] == "other"


def test_asking_is_traced_to_nobody(library, monkeypatch):
    """Even where the environment asks LangSmith to."""
    from langchain_core.tracers.langchain import LangChainTracer
    from langsmith.utils import get_env_var

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_test")
    get_env_var.cache_clear()
    tried = []
    monkeypatch.setattr(LangChainTracer, "__init__", lambda *args, **_: tried.append(args))
    monkeypatch.setattr(socket.socket, "connect", lambda *args: tried.append(args))
    Answerer(library).ask(QUESTION)
    get_env_var.cache_clear()
    assert tried == []


def test_asking_loads_no_framework():
    """Chain, ledger and rendering stay light: a cold question pays for none of it."""
    code = (
        "import sys, bot.ledger.recording, bot.answering.contract; "
        "heavy = {'langchain_core', 'langsmith', 'chromadb', 'torch', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_searches_with_what_was_typed_and_lends_the_context(answerer, library, monkeypatch):
    """The hits of a follow-up are those of its query with context, as far as nothing reranks."""
    monkeypatch.setattr(library, "reranker", None)
    answer = answerer.ask("for how long?", ["What is the Port Aurelia lease?"])
    query = Query(text="for how long?", context=answer.standalone.context)
    assert [hit.passage_id for hit in answer.hits] == [
        hit.passage_id for hit in library.search(query, limit=10)
    ]


class Talker:
    """Hands out two sentences, then answers with those of them that it keeps."""

    def __init__(self, keeps: int, seen=lambda: None):
        self.keeps, self.seen = keeps, seen

    def __call__(self, question, found, library):
        return self.stream(question, found, library, None)

    def stream(self, question, found, _library, show):
        hits = found.hits
        starts = [hits[0].passage.start, hits[1].passage.start]
        citations = [Citation(n, hits[n - 1], s, s + 12) for n, s in enumerate(starts, 1)]
        sentences = [verbatim(citation.quote, citation) for citation in citations]
        for sentence, citation in zip(sentences, citations, strict=True):
            if show:
                show(sentence, (citation,))
        return DraftAnswer(
            tuple(sentences[: self.keeps]), tuple(citations[: self.keeps]), mode="talk"
        )


@pytest.mark.parametrize("one_shot", [False, True])
def test_a_sentence_is_recorded_before_it_is_shown(library, ledger, one_shot):
    """What is shown before the answer is whole is in rows that the answer's record vouches for."""
    shown = []

    def show(sentence, citations):
        with library.database.read() as connection:
            (answer_id,) = connection.execute(answers_begun.select()).scalars()
        kept = [json.loads(row) for row in rows(library.database, answer_id)]
        shown.append(sentence)
        assert len(kept) == 1 + len(shown)
        assert kept[0]["hits"]
        assert kept[-1]["sentence"] == sentence_json(sentence)
        assert kept[-1]["citations"][0]["quote"] == citations[0].quote
        assert QUESTION not in json.dumps(kept)

    asking = Answerer(library, ledger, maker=Talker(1), one_shot=one_shot)
    answer = asking.ask(QUESTION, on_sentence=show)
    assert (len(shown), len(answer.sentences)) == (2, 1)
    streamed = ledger.get(answer.answer_id).body["streamed"]
    kept = rows(library.database, answer.answer_id)
    assert streamed == {"rows": 3, "sha256": digest_of(kept)}
    with library.database.read() as connection:
        assert connection.execute(answers_begun.select()).all() == []


def test_a_sentence_that_cannot_be_recorded_is_not_shown(library, ledger):
    shown = []
    asking = Answerer(library, ledger, maker=Talker(2))
    asking.ask(QUESTION, on_sentence=lambda *_: None)  # makes the tables
    with library.database.write() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER stuck BEFORE INSERT ON answers_streamed WHEN NEW.number = 2"
                " BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        )
    try:
        with pytest.raises(LedgerError, match="a sentence could not be recorded"):
            asking.ask(QUESTION, on_sentence=lambda one, _: shown.append(one))
    finally:
        with library.database.write() as connection:
            connection.execute(text("DROP TRIGGER stuck"))
            connection.execute(answers_begun.delete())
    assert len(shown) == 1


def test_rows_of_what_was_shown_cannot_be_changed(library, ledger):
    Answerer(library, ledger, maker=Talker(2)).ask(QUESTION, on_sentence=lambda *_: None)
    for change in ("UPDATE answers_streamed SET body = '{}'", "DELETE FROM answers_streamed"):
        with pytest.raises(Exception, match="append-only"), library.database.write() as connection:
            connection.execute(text(change))


def test_without_anyone_looking_nothing_is_streamed(library, ledger):
    answer = Answerer(library, ledger, maker=Talker(2)).ask(QUESTION)
    assert ledger.get(answer.answer_id).body["streamed"] is None
    assert rows(library.database, answer.answer_id) == []


def test_how_a_question_is_understood_can_be_another(library, ledger):
    """A question rewritten as a whole is what is searched."""

    def understand(question, turns):
        return Question(QUESTION, question, follows=True, rewritten=True)

    answer = Answerer(library, ledger, understand=understand).ask("and that?", ["hm"])
    assert [hit.passage_id for hit in answer.hits] == [
        hit.passage_id for hit in library.search(Query(text=QUESTION), limit=10)
    ]
    assert ledger.get(answer.answer_id).private["standalone_question"] == QUESTION


def test_a_question_about_the_source_is_sought_in_what_was_cited(answerer):
    """ "Does that report say …" searches the brief that the answer before it rests on."""
    first = answerer.ask(QUESTION)
    cited = {citation.brief.id for citation in first.citations}
    answer = answerer.ask(
        "what does that report say about fees?", [Turn(QUESTION, first.answer_id)]
    )
    assert {hit.brief.id for hit in answer.hits} == cited
    alone = answerer.ask("what does that report say about fees?", [Turn(QUESTION)])
    assert {hit.brief.id for hit in alone.hits} > cited
