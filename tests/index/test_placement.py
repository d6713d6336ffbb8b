"""Placement: what a document is to the library, and which version counts."""

from typing import Any

import pytest

from index.library import Library
from index.passage import Brief, BriefRef
from index.placement import DraftStatus, PublishOutcome, newer
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT, SUPERSEDED
from tests.drafts import draft

WORDS = "cod herring plaice survey quota fleet harbour season catch limit stock north sea water "
TEXT = "Fishing quotas\n\n" + "\n\n".join(f"{WORDS * 2} part {n} ends." for n in range(8))
EDIT = TEXT.replace("part 3", "part three, corrected,")
# What another reader makes of the same report: other breaks, a running head, a lost paragraph.
LOOSE = TEXT.replace("part 5 ends.", "").replace("part 6", "page 2 of 9 part 6")


def publish(library: Library, location: str, text: str, **facts: Any) -> PublishOutcome:
    [outcome] = library.publish([draft(location, text, **facts)])
    return outcome


def current(library: Library, brief_id: str) -> Brief:
    return library.brief(brief_id)


class TestDecision:
    def test_an_unknown_text_is_a_new_brief(self, library: Library) -> None:
        first = publish(library, "a.txt", TEXT)
        second = publish(library, "b.txt", "Steel\n\nTariffs on steel rose by a quarter.")
        assert (first.place, second.place) == (DraftStatus.NEW, DraftStatus.NEW)
        assert first.brief_id != second.brief_id

    def test_a_changed_document_is_a_version(self, library: Library) -> None:
        first = publish(library, "a.txt", TEXT)
        assert publish(library, "a.txt", EDIT).place is DraftStatus.VERSION
        other = publish(library, "a.txt", "Fishing quotas\n\nAll new words here.")
        assert (other.place, other.brief_id, other.version) == (
            DraftStatus.VERSION,
            first.brief_id,
            3,
        )

    def test_corrected_data_alone_make_a_version(self, library: Library) -> None:
        """A date that a flag corrects is never dropped as "unchanged"."""
        first = publish(library, "a.txt", TEXT, date="2019-01-01")
        again = publish(library, "a.txt", TEXT, date="2019-02-01")
        assert again.place is DraftStatus.VERSION
        assert current(library, first.brief_id).date == "2019-02-01"

    def test_the_same_words_elsewhere_are_a_rendition(self, library: Library) -> None:
        publish(library, "a.txt", TEXT)
        assert publish(library, "copy/a.txt", TEXT).place is DraftStatus.RENDITION
        assert len(library.versions()) == 1

    def test_another_format_of_nearly_the_same_words_is_a_rendition(self, library: Library) -> None:
        """The PDF of a markdown report, with what readers make different."""
        first = publish(library, "a.md", TEXT)
        second = publish(library, "a.pdf", LOOSE)
        assert (second.place, second.brief_id) == (DraftStatus.RENDITION, first.brief_id)
        assert len(library.versions()) == 1

    def test_the_same_format_of_nearly_the_same_words_is_a_version(self, library: Library) -> None:
        """Two undated files of one format: the edit is never dropped as a duplicate."""
        first = publish(library, "draft.txt", TEXT)
        second = publish(library, "final.txt", EDIT)
        assert (second.place, second.brief_id) == (DraftStatus.VERSION, first.brief_id)
        assert "corrected" in current(library, first.brief_id).text

    def test_another_day_makes_another_format_a_version(self, library: Library) -> None:
        first = publish(library, "a.md", TEXT, date="2019-01-01")
        second = publish(library, "a.pdf", EDIT, date="2019-06-01")
        assert (second.place, second.brief_id) == (DraftStatus.VERSION, first.brief_id)

    def test_the_same_number_in_another_edition_is_a_version(self, library: Library) -> None:
        first = publish(library, "1.md", TEXT, number="R1", edition="1")
        body = "Fishing quotas\n\nA report rewritten from its first word to its last one."
        second = publish(library, "2.md", body, number="R1", edition="2")
        assert (second.place, second.brief_id) == (DraftStatus.VERSION, first.brief_id)

    def test_other_numbers_are_other_briefs(self, library: Library) -> None:
        publish(library, "1.md", TEXT, number="R1")
        assert publish(library, "2.md", EDIT, number="R2").place is DraftStatus.NEW

    def test_collections_are_kept_apart(self, library: Library) -> None:
        publish(library, "a.md", TEXT)
        assert publish(library, "a.md", TEXT, collection="other").place is DraftStatus.NEW

    def test_other_titles_of_alike_undated_texts_are_other_briefs(self, library: Library) -> None:
        """A form filled in twice is two briefs."""
        publish(library, "a.txt", TEXT, title="Harbour of Hull")
        assert publish(library, "b.txt", EDIT, title="Harbour of Ostend").place is DraftStatus.NEW


class TestOrder:
    def test_an_older_edition_that_arrives_late_stays_in_the_background(self, library) -> None:
        publish(library, "2.md", EDIT, number="R1", edition="10")
        late = publish(library, "1.md", TEXT, number="R1", edition="9")
        assert (late.place, late.state) == (DraftStatus.VERSION, SUPERSEDED)
        assert "corrected" in current(library, late.brief_id).text

    def test_an_older_date_that_arrives_late_stays_in_the_background(self, library) -> None:
        publish(library, "2.md", EDIT, date="2020-05-01")
        late = publish(library, "1.md", TEXT, date="2019-05-01")
        assert late.state == SUPERSEDED

    def test_both_in_one_batch_end_the_same(self, library: Library) -> None:
        """The order within a publication does not matter where editions tell."""
        outcomes = library.publish(
            [
                draft("2.md", EDIT, number="R1", edition="2"),
                draft("1.md", TEXT, number="R1", edition="1"),
            ]
        )
        assert [outcome.state for outcome in outcomes] == [CURRENT, SUPERSEDED]

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ({"edition": "10"}, {"edition": "9"}, True),
            ({"edition": "9"}, {"edition": "10"}, False),
            ({"date": "2020"}, {"date": "2019-12-31"}, True),
            ({"date": "2019"}, {"date": "2019-12-31", "version": 2}, False),
            ({"version": 2}, {"version": 1}, True),
            ({"edition": "final", "version": 2}, {"edition": "3"}, True),
        ],
    )
    def test_newer_goes_by_edition_then_date_then_arrival(self, one, other, expected) -> None:
        """A date that may be the same day decides nothing."""
        assert newer(known(**one), known(**other)) is expected


def known(edition: str | None = None, **facts: Any) -> VersionRow:
    brief = BriefRef(**({"id": "b", "title": "T", "date": None, "authors": (), "source": "",
                         "collection": "default"} | facts))  # fmt: skip
    return VersionRow(1, brief, edition, CURRENT, media_type="text/plain")
