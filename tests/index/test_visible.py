"""A question is read with what its asker may see: no other brief spells a word or is named."""

from dataclasses import replace

from index.library import Library
from index.vectors.snapshot import EVERYTHING, Filters
from index.visible import VisibleLibrary
from tests.tamara import HARBOUR, draft


def test_a_hidden_brief_spells_no_word_and_has_no_title(library: Library) -> None:
    """A word typed wrong is read as one that may be seen, or not at all."""
    hidden = draft("Marvessim takeover", None, ("The board speaks of marvessim holdings.",))
    secret = replace(hidden, brief=replace(hidden.brief, collection="board"))
    library.publish([draft(*HARBOUR), secret])
    open_to_all = VisibleLibrary.through(library, Filters(collections=("default",)))
    assert VisibleLibrary.through(library, EVERYTHING) is library
    assert library.spellings(["marvesim", "harbuor"]) == {
        "marvesim": "marvessim",
        "harbuor": "harbour",
    }
    assert open_to_all.spellings(["marvesim", "harbuor"]) == {"harbuor": "harbour"}
    assert [one.title for one in open_to_all.briefs()] == [HARBOUR[0]]
    assert open_to_all.briefs() is open_to_all.briefs()
