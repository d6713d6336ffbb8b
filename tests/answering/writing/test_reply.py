"""The chat model's reply, parsed as it comes."""

import json
import random

import pytest

from bot.answering.writing.reply import MOST_CHARACTERS, MOST_SENTENCES, ReplyParser
from bot.answering.writing.written import Answerable, WrittenSentence, says_no_answer
from bot.errors import UnfitReply
from tests.fake_chat import END, line

FIRST = line("Tamara exported 7.1 million tons.", [2], ["7.1 million “tons”"])
SECOND = line("The lease runs for 99 years.", [1, 3])
SAMPLE = FIRST + SECOND + END
SENTENCES = [
    WrittenSentence("Tamara exported 7.1 million tons.", (2,), ("7.1 million “tons”",)),
    WrittenSentence("The lease runs for 99 years.", (1, 3), ()),
]


def parsed(text: str, size: int = 1_000_000, finish: str | None = "stop") -> list[WrittenSentence]:
    reply, found = ReplyParser(), []
    for start in range(0, len(text), size):
        found += reply.feed(text[start : start + size])
    return found + reply.close(finish)


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
@pytest.mark.parametrize(
    "text",
    [
        SAMPLE,
        f"```json\n{SAMPLE}```",
        f"```\n{SAMPLE}```\n",
        f"<think>\n{{no}} well … </think>\n{SAMPLE}",
        f"\n\n{FIRST}\n\n{SECOND}{END}that is all!",
        json.dumps({"sentences": [json.loads(FIRST), json.loads(SECOND)], "answerable": True}),
        json.dumps({"sentences": [json.loads(FIRST), json.loads(SECOND)]}, indent=2),
        FIRST + SECOND,
    ],
)
def test_a_sentence_is_there_as_soon_as_its_object_is_whole(text: str, size: int) -> None:
    """In pieces of any size, with fences, a thought before it, or as one object."""
    assert parsed(text, size) == SENTENCES


def test_sentences_come_before_the_end_of_the_reply() -> None:
    """The closing bracket of one completes it; nothing waits for the next."""
    reply = ReplyParser()
    assert list(reply.feed(FIRST[:-2])) == []
    assert list(reply.feed("}")) == SENTENCES[:1]
    assert not reply.ended


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"answerable": false}', Answerable.NO),
        ('{"answerable": "not in the passages"}', Answerable.NO),
        ('{"Answerable": "partially"}', Answerable.PARTIAL),
        ('{"unanswerable": true}', Answerable.NO),
        ('{"can_answer": 0}', Answerable.NO),
        ("The passages do not mention a price.", Answerable.NO),
        (FIRST + line("The passages do not mention a price."), Answerable.PARTIAL),
        (FIRST + '{"answerable": "yes"}', Answerable.YES),
    ],
)
def test_what_the_model_says_of_the_passages_is_heard(text: str, said: Answerable) -> None:
    """By its last line, or in words."""
    reply = ReplyParser()
    list(reply.feed(text))
    reply.close("stop")
    assert reply.answerable is said


def test_a_fact_of_a_brief_is_no_refusal() -> None:
    """Though it holds a "not"."""
    for text in ("Finland did not join NATO.", "The treaty does not mention a price."):
        assert not says_no_answer(text)


@pytest.mark.parametrize("finish", [None, "length", "content_filter"])
@pytest.mark.parametrize("sample", [SAMPLE, f"```json\n{SAMPLE}```", f"<think>a</think>{SAMPLE}"])
def test_a_reply_cut_at_any_byte_is_never_taken_for_whole(sample: str, finish: str | None) -> None:
    """What was whole by then stands, and it is said that the rest is missing; no half sentence."""
    data = sample.encode()
    whole = len(sample[: sample.index(END) + len(END) - 1].encode())
    texts = [one.text for one in SENTENCES]
    for at in range(whole):
        reply, found = ReplyParser(), []
        found += reply.feed(data[:at].decode(errors="ignore"))
        try:
            found += reply.close(finish)
        except UnfitReply:
            assert found == []
        else:
            assert [one.text for one in found] == texts[: len(found)] != []
            assert reply.missing


@pytest.mark.parametrize(
    "text",
    [
        "I can't help with that.",
        '{"refusal": "no"}',
        '{"text": 5, "citations": [1]}',
        "null",
        "{" * 5_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        "   ",
    ],
)
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    """By one error, whose text says nothing of the reply."""
    with pytest.raises(UnfitReply) as raised:
        parsed(text)
    assert str(raised.value).startswith("The chat model")
    assert len(str(raised.value)) < 80


def test_random_damage_never_raises_anything_else() -> None:
    """Bytes changed, dropped, doubled and swapped, 2,000 times."""
    chance = random.Random(7)
    for _ in range(2_000):
        data = bytearray(SAMPLE.encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            kind = chance.randrange(3)
            if kind == 0:
                data[at] = chance.randrange(256)
            elif kind == 1:
                del data[at : at + chance.randrange(1, 30)]
            else:
                data[at:at] = data[at : at + chance.randrange(1, 30)]
        try:
            found = parsed(data.decode(errors="replace"), chance.randint(1, 80))
        except UnfitReply:
            continue
        assert all(isinstance(one.text, str) and one.citations is not None for one in found)


def test_an_endless_reply_is_stopped() -> None:
    """In one long object, in a thought without end, or in ever more sentences."""
    for text in ("{" + " " * MOST_CHARACTERS, "<think>" + "hm " * MOST_CHARACTERS):
        with pytest.raises(UnfitReply):
            parsed(text, 1_000)
    reply = ReplyParser()
    for _ in range(100):
        list(reply.feed(FIRST))
    assert reply.ended
    assert len(list(reply.feed(FIRST))) == 0
    assert len(parsed(FIRST * 100)) == MOST_SENTENCES


def test_prose_that_answers_a_part_says_so() -> None:
    """And prose that answers nothing says that."""
    reply = ReplyParser()
    found = list(reply.feed("The lease runs for 99 years [1]. The passages do not say who paid."))
    found += reply.close("stop")
    assert [one.text for one in found] == ["The lease runs for 99 years."]
    assert reply.answerable is Answerable.PARTIAL
