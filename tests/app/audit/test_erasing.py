"""Erasing a brief: no byte of it in any file, the chain sound, receipts for what was quoted."""

import re
from pathlib import Path

import pytest

from bot.answering.answer import Citation, DraftAnswer, verbatim
from bot.audit.record_checks import check
from bot.audit.register import Register
from bot.audit.upkeep import erase_brief, was_erased
from bot.ledger.chain import Wrong
from bot.ledger.erasing import is_masked
from bot.ledger.ledger import Ledger, RecordKind
from bot.ledger.record import rebuilt
from bot.ledger.recording import Answerer
from bot.slack.delivery import erasing
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import AskedVia, Incoming, QuestionOutcome
from index.errors import NotFound
from index.search import Query
from tests.audit.ledgers import holding, tamper
from tests.commands import Shell
from tests.drafts import draft, each_alone
from tests.slack.records import take

TITLE = "Zarquon harbour lease"
SECRET = (
    "The harbour of Zarquon was leased to Vogonline for ninety-nine years in a secret annex. "
    "Minister Slartibart called the lease a mistake."
)
OLDER = "The harbour of Zarquon was leased to Vogonline for forty years, said Prostetnik."
KEPT = "Wheat exports of Tamara fell by twelve percent in a dry year because of drought."
# Words that stand in the erased brief alone, as they are written and as the full text has them.
CANARIES = [
    "zarquon", "vogonlin", "slartibart", "secret annex", "prostetnik", "/briefs/zq.txt", "A. Dent",
]  # fmt: skip


def quoting(title: str):
    """Return a maker that quotes the first passages of a brief, and of another, as they come."""

    def maker(_question, found, _library):
        hits = sorted(found.hits, key=lambda hit: hit.brief.title != title)[:2]
        citations = [
            Citation(n, hit, hit.passage.start, hit.passage.end) for n, hit in enumerate(hits, 1)
        ]
        made = tuple(verbatim(one.quote, one) for one in citations)
        return DraftAnswer(made, tuple(citations), mode="extractive", suggestions=(title,))

    class Maker:
        __call__ = staticmethod(maker)

        @staticmethod
        def stream(question, found, library, show):
            made = maker(question, found, library)
            for sentence, citation in zip(made.sentences, made.citations, strict=True):
                if show:
                    show(sentence, (citation,))
            return made

    return Maker()


@pytest.fixture
def erased_id(either_library) -> str:
    """A library with two briefs, one of two versions, and answers that quote them."""
    library = either_library
    published = [
        draft("/briefs/zq.txt", f"{TITLE}\n\n{OLDER}", authors=("A. Dent",), number="ZQ-1"),
        draft("/briefs/wheat.txt", f"Wheat exports\n\n{KEPT}", count=each_alone),
    ]
    library.publish(published)
    changed = f"{TITLE}\n\n{SECRET}"
    library.publish([draft("/briefs/zq.txt", changed, authors=("A. Dent",), number="ZQ-1")])
    [brief] = [one for one in library.briefs() if one.title == TITLE]
    assert brief.version == 2
    return brief.id


@pytest.fixture
def live(either_library, erased_id) -> dict[str, str]:
    """Ask, follow up, post, in the terminal and in Slack; return the ids of the answers."""
    library, ledger = either_library, Ledger(either_library.database)
    asking = Answerer(library, ledger, maker=quoting(TITLE))
    wheat = Answerer(library, ledger, maker=quoting("Wheat exports"))
    question = "Why did wheat exports fall in a dry year?"
    ids = {
        "cites": asking.ask("Who leased the harbour?", asker="U1").answer_id,
        "streams": asking.ask("Which harbour?", on_sentence=lambda *_: None).answer_id,
        "repeats": wheat.ask(f"Is it true? {SECRET}", asker="U2").answer_id,
        "wheat": wheat.ask(question, asker="U3").answer_id,
    }
    posted = {"place": "C1", "text": f"{SECRET} [1] {TITLE}", "blocks": [], "ts": "1.0"}
    ledger.add(RecordKind.POSTED, ids["cites"], {"surface": "slack"}, posted)
    ledger.add(RecordKind.OPINION, ids["cites"], {"sentence": 1, "reason": SECRET[:60]})
    inbox = Inbox(library.database, "here", lease_seconds=9.0)
    asked = Incoming(
        team="T1", channel="C1", ts="1.000001", user="U1", text="Who leased it?",
        kind=AskedVia.MENTION, event_id="E1", response_url="https://hooks/x",
    )  # fmt: skip
    inbox.accept(asked)
    entry = take(inbox)
    inbox.recorded(entry, ids["cites"], SECRET, "[]")
    inbox.finished(entry, QuestionOutcome.ANSWERED, "1.9")
    Register(library.database).catch_up()
    return ids


def test_no_byte_of_an_erased_brief_is_left(either_library, erased_id: str, live) -> None:
    """Versions, vectors, full text, generations, ledger, register, Slack's rows; the rest stays."""
    library = either_library
    assert library.search(Query("harbour"))
    erased, done, clean = erase_brief(library, erased_id, [erasing])
    assert (erased.versions, clean) == (2, True)
    assert {live["cites"], live["streams"], live["repeats"]} <= set(done.answers)
    if library.database.is_sqlite:
        assert holding(library.home, CANARIES) == {}
        assert holding(library.home, ["dry year"])
    else:
        assert in_postgres(library) == []
    with pytest.raises(NotFound):
        library.brief(erased_id)
    library.check_index()
    assert library.faults() == {}
    [hit] = library.search(Query("wheat exports"))
    assert hit.passage.text == KEPT


def in_postgres(library) -> list[str]:
    """Return the tables in which a canary still stands."""
    found = []
    with library.database.read() as connection:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for name in connection.exec_driver_sql(names).scalars().all():
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {name}").all()).lower()
            found += [f"{name}: {canary}" for canary in CANARIES if canary.lower() in rows]
    return found


def test_answers_that_cited_it_verify_by_receipts(either_library, erased_id: str, live) -> None:
    """The chain is sound, each blacked-out record has its receipt, and audits find no fault."""
    ledger = Ledger(either_library.database)
    heads = [ledger.hash_at(seq) for seq in range(1, ledger.head()[0] + 1)]
    erase_brief(either_library, erased_id, [erasing])
    assert (ledger.check().fault, ledger.unguarded()) == (None, [])
    assert [ledger.hash_at(seq) for seq in range(1, len(heads) + 1)] == heads
    receipts = list(ledger.entries(RecordKind.ERASED))
    assert {one.body.get("of") for one in receipts} >= {live["cites"], live["streams"]}
    assert was_erased(either_library.database, erased_id)
    for name in ("cites", "streams", "wheat"):
        entry = ledger.get(live[name])
        answer = rebuilt(entry.body, entry.private)
        hidden = [is_masked(one.text) for one in answer.sentences]
        assert any(hidden) or name == "wheat"
        assert [one for one in check(entry.body) if one.kind == "record"] == []
    assert ledger.get(live["wheat"]).private["asker"] == "U3"
    register = Register(either_library.database)
    register.catch_up()  # made again of the records as they are now
    assert register.get(live["cites"])


def test_a_receipt_accounts_for_one_text_alone(library) -> None:
    """Whoever changes a blacked-out record, or a record without a receipt, is found."""
    library.publish([draft("/briefs/zq.txt", f"{TITLE}\n\n{SECRET}")])
    [brief] = library.briefs()
    ledger = Ledger(library.database)
    for _ in range(2):
        Answerer(library, ledger, maker=quoting(TITLE)).ask("Who leased the harbour?")
    erase_brief(library, brief.id, [erasing])
    assert ledger.check().fault is None
    tamper(
        library.home / "library.db",
        'UPDATE ledger SET body = replace(body, \'"mode":"extractive"\', \'"mode":"other"\')'
        " WHERE seq = 2",
    )
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (2, Wrong.BODY)


def test_the_command_erases_and_says_what_is_left(
    tmp_path: Path, monkeypatch, capsys, open_library, settings
) -> None:
    """It asks first, names documents that are still there, and may be run again."""
    document = tmp_path / "zq.txt"
    document.write_text(SECRET)
    library = open_library(settings)
    library.publish([draft(str(document), f"{TITLE}\n\n{SECRET}")])
    [brief] = library.briefs()
    library.close()
    monkeypatch.setattr("index.library.ModelEmbedder", lambda *_, **__: library.embedder)
    shell = Shell(settings.home, monkeypatch, capsys)
    assert "add --yes" in shell("erase", brief.id)[2]
    assert "leave out the @" in shell("erase", f"{brief.id}@1", "--yes")[2]
    code, out, err = shell("erase", brief.id, "--yes")
    assert (code, bool(re.match(f"erased: {brief.id}: 1 version;", out))) == (0, True)
    assert f"{document}: still there" in err
    assert "was erased before" in shell("erase", brief.id, "--yes")[2]
    assert shell("erase", "nothing", "--yes")[0] == 2
