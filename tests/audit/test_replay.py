"""What changed between two answers to one question."""

from bot.audit.replay import ReplayChange, changes
from bot.audit.text_diff import Op
from tests.audit.records import PORT, Told, brief, cited, later

FIRST = brief(*PORT)
SIZE = "Port Aurelia handles 41 million tons of cargo a year."
PRICE = "Lawyers disagree about the price of ending the lease early."
NOTHING = Told(())


def body(*quotes, of=FIRST):
    """The body of an answer that quotes (paragraph, words)."""
    made = tuple(cited(n, of, paragraph, words) for n, (paragraph, words) in enumerate(quotes, 1))
    return Told(made).record()[0]


def test_the_same_answer_is_no_change():
    found = changes(body((1, SIZE)), {**body((1, SIZE)), "confidence": 0.1, "generation": 9})
    assert (found.kinds, found.words) == (frozenset(), ())


def test_an_answer_declined_has_lost_its_citations():
    declined = NOTHING.record()[0]
    lost = changes(body((1, SIZE)), declined)
    assert lost.kinds == {ReplayChange.DECLINED, ReplayChange.CITATIONS, ReplayChange.CHANGED}
    assert [one.place for one in lost.lost] == ["port@1#p1"]
    gained = changes(declined, body((1, SIZE)))
    assert gained.kinds == {ReplayChange.ANSWERED, ReplayChange.CITATIONS, ReplayChange.CHANGED}
    assert changes(declined, declined).kinds == frozenset()


def test_other_passages_are_gained_and_lost():
    found = changes(body((1, SIZE)), body((3, PRICE), (1, SIZE)))
    assert [one.place for one in found.gained] == ["port@1#p3"]
    assert (found.lost, found.kinds) == ((), {ReplayChange.CITATIONS, ReplayChange.CHANGED})


def test_the_same_passage_of_a_newer_version_is_renewed():
    """Neither gained nor lost: its words are those that were cited."""
    second = later(FIRST, "99 years", "98 years")
    found = changes(body((1, SIZE)), body((1, SIZE), of=second))
    assert [(old.place, new.place) for old, new in found.renewed] == [("port@1#p1", "port@2#p1")]
    assert found.kinds == frozenset()


def test_a_passage_that_was_corrected_is_another():
    second = later(FIRST, "41 million", "14 million")
    now = "Port Aurelia handles 14 million tons of cargo a year."
    found = changes(body((1, SIZE)), body((1, now), of=second))
    assert found.kinds == {ReplayChange.CITATIONS, ReplayChange.CHANGED}
    assert [(one.op, one.text) for one in found.words] == [
        (Op.KEPT, "Port Aurelia handles"),
        (Op.REMOVED, " 41"),
        (Op.ADDED, " 14"),
        (Op.KEPT, " million tons of cargo a year."),
    ]


def test_other_words_of_the_same_passages_are_a_change_of_words():
    found = changes(body((1, SIZE)), body((1, SIZE[: SIZE.index(" a year")])))
    assert found.kinds == {ReplayChange.CHANGED}
