"""A difference leads from the old text to the new one, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from bot.audit.word_diff import Op, Stretch
from bot.web.wording import LONGEST, differences, likeness, words


def test_changed_words_are_shown_between_those_that_stand() -> None:
    """A number is one word."""
    assert differences("It handles 41.5 million tons.", "It handles 38 million tons.") == [
        Stretch(Op.KEPT, "It handles "), Stretch(Op.REMOVED, "41.5"), Stretch(Op.ADDED, "38"),
        Stretch(Op.KEPT, " million tons."),
    ]  # fmt: skip


@given(st.text("ab .\n", max_size=40), st.text("ab .\n", max_size=40))
def test_both_texts_are_in_it(old: str, new: str) -> None:
    """Without what was put in it is the old one, without what was taken out the new one."""
    found = differences(old, new)
    assert "".join(one.text for one in found if one.op != Op.ADDED) == old
    assert "".join(one.text for one in found if one.op != Op.REMOVED) == new


def test_endless_texts_are_not_compared() -> None:
    """They are shown one after the other."""
    long = "word " * LONGEST
    assert [one.op for one in differences(long, long + "x")] == [Op.REMOVED, Op.ADDED]


def test_likeness_is_the_share_of_words_in_common() -> None:
    """In [0, 1]."""
    assert likeness(words("One two."), words("one TWO")) == 1
    assert likeness(words("one two"), words("two three four")) == 0.25
    assert likeness(words(""), words("")) == 1
