"""The catalogue as lists show it, on both databases."""

from bot.web.versions import brief_versions, listed
from index.library import Library
from tests.web import material


def test_versions_and_current_briefs_are_told(either_library: Library) -> None:
    """Newest first, those without a date last; words may stand anywhere, in any case."""
    material.fill(either_library)
    material.correct(either_library)
    port = either_library.brief("PA1").id
    with either_library.database.read() as connection:
        found = brief_versions(connection, [port, "unknown"])
        assert [(one.version, one.state) for one in found[port]] == [
            (1, "superseded"), (2, "current"),
        ]  # fmt: skip
        assert list(found) == [port]
        briefs, total = listed(connection, [], limit=2, offset=0)
        assert ([one.title for one in briefs], total) == (
            ["Port Aurelia", "Wheat exports of Tamara"], 3,
        )  # fmt: skip
        assert len(listed(connection, [], limit=2, offset=2)[0]) == 1
        for words, count in ((["AURELIA"], 1), (["pa1"], 1), (["wheat", "tamara"], 1), (["%"], 0),
                             (["_"], 0), (["wheat", "aurelia"], 0)):  # fmt: skip
            assert listed(connection, words, limit=9, offset=0)[1] == count, words
