"""The chat model's reply, parsed as it comes."""

import json
import random

import pytest

from bot.answering.writing.written import MOST_CHARACTERS, MOST_LISTED, Reply, Written
from bot.errors import UnfitReply
from tests.fake_chat import END, line

FIRST = line("Tamara exported 7.1 million tons.", [2], ["7.1 million “tons”"])
SECOND = line("The lease runs for 99 years.", [1, 3])
SAMPLE = FIRST + SECOND + END
SENTENCES = [
    Written("Tamara exported 7.1 million tons.", (2,), ("7.1 million “tons”",)),
    Written("The lease runs for 99 years.", (1, 3), ()),
]


def parsed(text: str, size: int = 1_000_000, finish: str | None = "stop") -> list[Written]:
    reply, found = Reply(), []
    for start in range(0, len(text), size):
        found += reply.feed(text[start : start + size])
    reply.close(finish)
    return found


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
    reply = Reply()
    assert list(reply.feed(FIRST[:-2])) == []
    assert list(reply.feed("}")) == SENTENCES[:1]
    assert not reply.ended


def test_not_answerable_is_a_reply() -> None:
    """One line alone."""
    reply = Reply()
    assert list(reply.feed('{"answerable": false}')) == []
    reply.close()
    assert reply.answerable is False


@pytest.mark.parametrize("finish", [None, "length", "content_filter"])
@pytest.mark.parametrize("sample", [SAMPLE, f"```json\n{SAMPLE}```", f"<think>a</think>{SAMPLE}"])
def test_a_reply_cut_at_any_byte_is_never_taken_for_whole(sample: str, finish: str | None) -> None:
    """What was whole by then was given; the rest is an UnfitReply and no half sentence."""
    data = sample.encode()
    whole = len(sample[: sample.index(END) + len(END) - 1].encode())
    for at in range(whole):
        reply, found = Reply(), []
        found += reply.feed(data[:at].decode(errors="ignore"))
        assert found == SENTENCES[: len(found)]
        with pytest.raises(UnfitReply):
            reply.close(finish)


@pytest.mark.parametrize(
    "text",
    [
        "I can't help with that.",
        "Sure! " + SAMPLE,
        FIRST + "and\n" + END,
        "[" + FIRST + "]",
        '{"refusal": "no"}',
        '{"text": 5, "citations": [1]}',
        '{"text": "a"}',
        '{"text": "a", "citations": "1"}',
        '{"text": "a", "citations": ["1"]}',
        '{"text": "a", "citations": [true]}',
        '{"text": "a", "citations": [1.5]}',
        '{"text": "a", "citations": [1], "quotes": "a"}',
        '{"text": "a", "citations": [1], "quotes": [null]}',
        '{"text": "a", "citations": [1], "quotes": null}',
        '{"answerable": "yes"}',
        '{"sentences": ["a"]}',
        "null",
        "{" * 5_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        '{"text": "' + "a" * 7_000,
        line("a" * 900, [1]),
        '{"text": "a", "citations": [' + "9" * 5_000 + "]}",
        "{'text': 'a'}\n" + SAMPLE,
        "   ",
    ],
)
def test_what_is_not_the_form_asked_for_is_refused(text: str) -> None:
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
    reply = Reply()
    for _ in range(100):
        list(reply.feed(FIRST))
    assert reply.ended
    assert len(list(reply.feed(FIRST))) == 0
    assert len(parsed(FIRST * 100)) == MOST_LISTED
