"""What the model said of passages, in the database beside their vectors."""

from dataclasses import replace

import pytest

from index.errors import FingerprintMismatch
from index.library import Library
from index.models.token_embeddings import PackedTokens, unpack_sentences
from index.passage import Brief, Draft, Passage, Rendition
from index.search import Query
from index.sentences import split
from index.settings import Settings
from index.storage import embeddings, schema
from tests.conftest import MakeLibrary
from tests.drafts import draft, each_alone
from tests.fakes import HashedTokens, HashedWords

RATES = "Rates in the north\n\nThe bank raised its rate in March. Prices fell."
FISH = "Fishing quotas\n\nCod quotas fell by a third after the survey.\n\nHerring stays open."
OLDER = "title > heading / context / text: 2"  # before sentences were kept


def passages(library: Library) -> list[Passage]:
    return [
        passage
        for row in sorted(library.versions(), key=lambda row: row.pk)
        for _, passage in library.passages(library.brief(row.brief.id, row.brief.version))
    ]


def numbers(library: Library) -> list[int]:
    with library.database.read() as connection:
        return list(connection.execute(schema.passages.select()).scalars())


def kept(library: Library) -> list[PackedTokens]:
    with library.database.read() as connection:
        return embeddings.tokens_of(connection, numbers(library))


def test_what_is_stored_comes_back_in_the_order_asked_for(either_library: Library) -> None:
    """Empty states for a passage that has none, and for a number that nobody has."""
    either_library.publish([draft("a.txt", RATES), draft("b.txt", FISH, count=each_alone)])
    first, second, third = numbers(either_library)
    one, other = PackedTokens(b"tokens", b"sentences"), PackedTokens(b"\x00\x01", b"\xff")
    with either_library.database.write() as connection:
        embeddings.add_tokens(connection, [first, second, third], [one, PackedTokens(), other])
    with either_library.database.read() as connection:
        found = embeddings.tokens_of(connection, [third, 9_999, second, first])
    assert found == [other, PackedTokens(), PackedTokens(), one]
    with either_library.database.write() as connection:
        embeddings.clear(connection, [first, second, third])
        assert embeddings.tokens_of(connection, [first, third]) == [PackedTokens()] * 2


def test_a_published_passage_has_as_many_sentences_as_its_text(either_settings, open_library):
    library = open_library(either_settings, HashedTokens())
    library.publish([draft("a.txt", RATES), draft("b.txt", FISH, count=each_alone)])
    counts = [len(unpack_sentences(each.sentences)[0]) for each in kept(library)]
    assert counts == [len(split(passage.text)) for passage in passages(library)] == [2, 1, 1]


def test_a_new_version_keeps_what_was_said_of_its_old_passages(settings, open_library) -> None:
    """What did not change is not read again and has the same states."""
    embedder = HashedTokens()
    library = open_library(settings, embedder)
    library.publish([draft("b.txt", FISH, count=each_alone)])
    before = kept(library)
    embedder.embedded.clear()
    library.publish([draft("b.txt", FISH.replace("third", "half"), count=each_alone)])
    assert len(embedder.embedded) == 1
    assert kept(library)[:2] == before
    assert kept(library)[3] == before[1] != PackedTokens()


def test_the_same_words_cut_otherwise_have_sentences_of_their_own(settings, open_library) -> None:
    """What was the lead of a list in one version may be its text in the next."""
    library = open_library(settings, HashedTokens())
    lead, item = "Quotas fell as follows:", "Cod fell by a third in all."
    text = f"{lead}\n{item}"
    for number, passage in enumerate(
        (Passage(0, len(lead) + 1, len(text), item, context=lead), Passage(0, 0, len(text), text))
    ):
        source = Rendition(f"{number}.txt", "text/plain", str(number))
        brief = Brief("", 0, "Quotas", text + "\n" * number, renditions=(source,))
        brief = replace(brief, number=f"N{number}", source=source.location)
        library.publish([Draft(brief, (passage,), source)])
    counts = [len(unpack_sentences(each.sentences)[0]) for each in kept(library)]
    assert counts == [1, 2]


class TestOlder:
    """A library of the release before, without the table of sentences."""

    @pytest.fixture
    def older(self, either_settings: Settings, open_library: MakeLibrary) -> Settings:
        library = open_library(either_settings, HashedTokens(passage_format=OLDER))
        library.publish([draft("a.txt", RATES), draft("b.txt", FISH, count=each_alone)])
        with library.database.write() as connection:
            schema.sentences.drop(connection)
        return either_settings

    def test_it_is_refused_with_the_fix(self, older: Settings, open_library: MakeLibrary) -> None:
        library = open_library(older, HashedTokens(), create=False)
        for use in (
            library.require_fingerprint,
            lambda: library.search(Query("rate")),
            lambda: library.publish([draft("c.txt", "Steel\n\nDuties rose.")]),
        ):
            with pytest.raises(FingerprintMismatch, match="briefs reindex --embed"):
                use()

    def test_reembedding_makes_the_table_and_fills_it(self, older, open_library) -> None:
        library = open_library(older, HashedTokens(), create=False)
        assert library.maintenance.reembed() == 3
        counts = [len(unpack_sentences(each.sentences)[0]) for each in kept(library)]
        assert counts == [2, 1, 1]
        hits = library.search(Query("cod quotas"))
        assert hits[0].passage.text.startswith("Cod quotas")
        assert len(library.sentences("cod quotas", hits)[1]) == len(hits)
        library.check_index()
        assert library.faults() == {}


def test_a_model_without_tokens_leaves_nothing_behind(settings, open_library) -> None:
    """States of one model are never read with another's."""
    open_library(settings, HashedTokens()).publish([draft("b.txt", FISH, count=each_alone)])
    library = open_library(settings, HashedWords(model="another"))
    library.maintenance.reembed()
    assert kept(library) == [PackedTokens()] * 2
