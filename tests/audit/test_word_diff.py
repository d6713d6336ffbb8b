"""How two texts differ, word by word."""

from hypothesis import given
from hypothesis import strategies as some

from bot.audit.text_diff import Op, word_diff

TEXTS = some.text("ab -.,\n'", max_size=30)


@given(TEXTS, TEXTS)
def test_a_word_diff_holds_both_texts(before, after):
    """What is kept and removed is the first, what is kept and added the second; space apart."""
    found = word_diff(before, after)

    def told(other):
        return "".join("".join(one.text for one in found if one.op is not other).split())

    if found:
        assert told(Op.ADDED) == "".join(before.split())
        assert told(Op.REMOVED) == "".join(after.split())
    else:
        assert "".join(before.split()) == "".join(after.split())
