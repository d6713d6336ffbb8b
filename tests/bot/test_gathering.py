"""Claims about searching for a question and its parts."""

from bot.answer import Standalone
from bot.gathering import gather, merged
from index.passage import Hit
from index.search import Query
from index.vectors.snapshot import Filters
from tests.bot.chatting import hit

PORT = hit(1, "The port of Aurelia is run by the harbour board.")
CARGO = hit(2, "The port of Aurelia handles two million tons of cargo a year.")
SAIL = hit(3, "Sailing boats need a licence to moor there.")


class Shelf:
    """Finds the passages that it is given for each text, and remembers what was searched."""

    def __init__(self, **finds: list[Hit]) -> None:
        self.finds = finds
        self.searched: list[str] = []

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        self.searched.append(query.text)
        word = next((word for word in self.finds if query.text.startswith(word)), "")
        return self.finds.get(word, [])[:limit]


def asked(question: str) -> Standalone:
    return Standalone(question, question)


def test_a_question_without_parts_is_searched_once() -> None:
    """And its hits are handed on as they are."""
    shelf = Shelf(who=[SAIL, PORT])
    found = gather(shelf, asked("who runs the port?"), Filters(), 1)
    assert shelf.searched == ["who runs the port?"]
    assert (found.hits, found.whole) == ([SAIL], [])


def test_the_best_of_every_part_comes_before_what_only_the_whole_question_finds() -> None:
    """Those of the whole question are kept beside them, in their order."""
    shelf = Shelf(who=[SAIL, PORT], how=[CARGO])
    question = "who runs the port of Aurelia, and how much cargo does it handle?"
    found = gather(shelf, asked(question), Filters(), 2)
    assert shelf.searched == [
        question,
        "who runs the port of Aurelia?",
        "how much cargo does it handle?",
    ]
    assert found.whole == [SAIL, PORT]
    assert CARGO.passage_id in [
        one.passage_id for one in merged([SAIL, PORT], [[PORT], [CARGO]], 2)
    ]


def test_merged_scores_lie_between_those_of_whole_and_part() -> None:
    """So they stay in [0, 1], fall along the list, and do not hang on the order of the parts."""
    whole, parts = [PORT, SAIL], [[PORT], [CARGO, SAIL]]
    found = merged(whole, parts, 3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert found[0].score == PORT.score
    assert merged(whole, parts[::-1], 3) == found
