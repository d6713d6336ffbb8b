"""Messages: what they show, their limits, and that nothing foreign gets a say."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.answer import Answer, Citation, Draft, Sentence, Standalone, Verdict
from bot.answering.render import plain
from bot.ledger.rebuilt import rebuilt
from bot.ledger.record import Basis, body, private
from bot.slack import blocks, phrases
from bot.slack.blocks import Offer, Shown, actions
from tests.golden_files import Golden
from tests.slack.block_checks import violations
from tests.slack.blocks import foreign, material
from tests.slack.blocks.hostile import PAYLOADS, generated
from tests.slack.blocks.material import PLACES, Texts

ASKER = frozenset({"U0ASKER"})
MESSAGES = [name for name, _ in material.all_messages(Texts())]


def words_of(part: Any) -> str:
    """Return all that is written in blocks, in order."""
    if isinstance(part, list | tuple):
        return "".join(map(words_of, part))
    if not isinstance(part, dict):
        return ""
    said = part.get("text", "")
    inner = "".join(words_of(value) for name, value in part.items() if name != "text")
    return f"{said if isinstance(said, str) else words_of(said)}{inner}\n"


def elements_of(part: Any) -> list[dict[str, Any]]:
    """Return all dicts in blocks, in order."""
    if isinstance(part, dict):
        return [part, *(one for value in part.values() for one in elements_of(value))]
    if isinstance(part, list | tuple):
        return [one for value in part for one in elements_of(value)]
    return []


def buttons_of(message: blocks.Message) -> dict[str, str]:
    """Return the labels of a message's buttons and what they carry."""
    found = [one for one in elements_of(message.blocks) if one.get("type") == "button"]
    return {one["text"]["text"]: one["value"] for one in found}


def long_answer(count: int) -> Answer:
    """An answer of many sentences from many briefs."""
    hits = [
        replace(
            one := material.hit(Texts(title=f"Brief number {number}", passage="Rye grew. " * 30)),
            passage_id=f"p{number}",
            brief=replace(one.brief, id=f"b{number}"),
        )
        for number in range(1, count + 1)
    ]
    citations = tuple(Citation(n, one, 10, 200) for n, one in enumerate(hits, 1))
    sentences = tuple(
        Sentence("Rye grew well. " * 20, (one.number,), Verdict.SUPPORTED) for one in citations
    )
    asked = Standalone("rye?", "rye?")
    return Answer("a9", asked, Draft(sentences, citations), tuple(hits))


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_are_as_before(name: str, golden: Golden) -> None:
    """Text and blocks of every builder."""
    message = dict(material.all_messages(Texts()))[name]
    made = {"text": message.text, "blocks": message.blocks}
    golden(f"slack/{name}.json", json.dumps(made, indent=1, ensure_ascii=False) + "\n")


def test_an_answer_has_numbers_bold_words_notes_sources_and_buttons() -> None:
    """And how it came about."""
    (message,) = blocks.messages(Shown(material.answer(), Offer.PRIVATELY))
    said = words_of(message.blocks)
    for part in ("[1]", "[1][2]", "[?]", "Note: ", "Sources", "Wheat and war", "2024-03, page 2"):
        assert part in said
    assert "number: the chat model" in said
    links = [one for one in elements_of(message.blocks) if one.get("type") == "link"]
    assert {(one["url"], one["text"]) for one in links} == {
        ("https://briefs.example.org/wheat?page=2", "briefs.example.org")
    }
    bold = [
        one["text"] for one in elements_of(message.blocks) if one.get("style") == {"bold": True}
    ]
    assert bold[:3] == ["Wheat", "Wheat", "[?]"]
    assert buttons_of(message) == {"Show passages": "a1b2", "Ask privately": "a1b2"}
    (pair,) = [one for one in elements_of(message.blocks) if one.get("type") == "feedback_buttons"]
    assert pair["positive_button"]["value"] == "a1b2:up"
    assert actions.parted(pair["negative_button"]["value"]) == ("a1b2", "down")
    assert "Quoted from the briefs by software" in said


def test_sources_link_to_the_desk_where_there_is_one() -> None:
    """To the paragraph of the version that was cited, its quoted words marked; by its true host."""
    desk = "https://desk.example.org"
    (message,) = blocks.messages(Shown(material.answer(), desk=desk))
    [link] = [one for one in elements_of(message.blocks) if one.get("type") == "link"]
    quoted = f"10-{10 + len(Texts().passage)}"
    assert link["url"] == f"{desk}/briefs/wheat@1?quote={quoted}#p4"
    assert link["text"] == "desk.example.org"
    (message,) = blocks.messages(Shown(material.unanswered(Texts(source_url=None)), desk=desk))
    links = [one["url"] for one in elements_of(message.blocks) if one.get("type") == "link"]
    assert links == [f"{desk}/briefs/wheat@1#p4"] * 2


def test_a_written_answer_names_its_model() -> None:
    """In the notice."""
    answer = material.answer()
    draft = replace(answer.draft, model="openai:x")
    (message,) = blocks.messages(Shown(replace(answer, draft=draft), Offer.SHARE))
    assert "Written by openai:x from the briefs" in words_of(message.blocks)
    assert "Share with channel" in buttons_of(message)


def test_without_a_public_address_the_file_is_named() -> None:
    """Its name alone, not where it lies."""
    answer = material.answer(Texts(source_url=None))
    (message,) = blocks.messages(Shown(answer))
    assert "wheat.pdf" in words_of(message.blocks)
    assert "/briefs/" not in words_of(message.blocks) + message.text


def test_where_the_briefs_do_not_say_the_nearest_are_named() -> None:
    """And the librarians can be asked."""
    (message,) = blocks.messages(Shown(material.unanswered(), Offer.SHARE))
    assert message.text.startswith("The briefs do not say.\nNearest passages")
    assert buttons_of(message) == {"Show passages": "a1b3", "Ask the librarians": "a1b3"}


def test_small_talk_gets_no_buttons() -> None:
    """There is nothing to ask the librarians for."""
    answer = Answer("a1", Standalone("hi", "hi"), Draft(off_topic=True), ())
    (message,) = blocks.messages(Shown(answer))
    assert buttons_of(message) == {}


def test_nothing_found_is_said_without_a_hint() -> None:
    """No nearest passages, no passages to show."""
    answer = Answer("a1", Standalone("q", "q"), Draft(), ())
    (message,) = blocks.messages(Shown(answer))
    assert message.text == "The briefs do not say."
    assert buttons_of(message) == {"Ask the librarians": "a1"}


@pytest.mark.parametrize("count", [1, 3, 8, 40, 120])
def test_long_answers_are_cut_and_their_citations_survive(count: int) -> None:
    """Between sentences; every mark and every source stands in blocks and in text."""
    made = blocks.messages(Shown(long_answer(count), Offer.PRIVATELY))
    text = "\n".join(message.text for message in made)
    shown = "\n".join(words_of(message.blocks) for message in made)
    for number in range(1, count + 1):
        assert text.count(f"[{number}]") == 2
        assert shown.count(f"[{number}]") == 2
        assert f"[{number}] Brief number {number}," in text
    assert [bool(buttons_of(message)) for message in made] == [False] * (len(made) - 1) + [True]
    assert all(len(message.text) <= 3_900 for message in made)
    growing = blocks.growing_message(long_answer(count).sentences)
    assert violations({"text": growing.text, "blocks": list(growing.blocks)}) == []


def test_the_sources_survive_in_the_one_text() -> None:
    """Whatever of the sentences is cut."""
    text = blocks.answer_text(Shown(long_answer(12)))
    assert len(text) <= 4_000
    assert "Brief number 12," in text
    assert "…" in text


def test_an_answer_from_the_record_shows_as_it_did() -> None:
    """In Slack and on the terminal, answered or not."""
    basis = Basis(1, "print", {})
    for answer in (material.answer(), material.unanswered(), long_answer(3)):
        row = body(answer, basis=basis, brief_sha256={}, seconds={})
        kept = {**json.loads(json.dumps(row)), "answer_id": answer.answer_id}
        again = rebuilt(kept, private(answer.standalone, (), "U1", "C1"))
        assert blocks.messages(Shown(again)) == blocks.messages(Shown(answer))
        assert plain(again) == plain(answer)
        assert rebuilt(kept, None).question == ""


def test_prompts_come_from_the_newest_briefs() -> None:
    """Four at most, each once."""
    refs = [material.brief_ref(Texts(title=f"Rye {n}")) for n in (1, 1, 2, 3, 4, 5)]
    made = phrases.suggested_prompts(refs)
    assert [one["title"] for one in made] == ["Rye 1", "Rye 2", "Rye 3", "Rye 4"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_text_gets_no_say_in_messages(payload: str, place: str) -> None:
    """Only our own mentions and links are in what is sent, and it keeps to the limits."""
    check(Texts(**{place: payload}))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_addresses_are_no_links_under_a_false_name(payload: str) -> None:
    """A link reads as the host that it leads to, or there is none."""
    check(Texts(source_url=payload))


@given(st.text(min_size=1), st.integers(0, 10**9), st.sampled_from(PLACES))
@settings(max_examples=100)
def test_no_text_gets_a_say_in_messages(said: str, seed: int, place: str) -> None:
    """Generated ones neither."""
    check(Texts(**{place: said}))
    check(Texts(**{place: generated(seed)}))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 2_000, 500))
def test_two_thousand_generated_answers_keep_the_limits(first: int) -> None:
    """And foreign text has no say in them, whatever stands in all places at once."""
    for seed in range(first, first + 500):
        some = [generated(seed * 10 + place) * (1 + seed % 7 * 9) for place in range(6)]
        texts = Texts(**dict(zip(PLACES, some, strict=True)))
        for name, message in material.answer_messages(texts):
            check_message(name, message)


def check(texts: Texts) -> None:
    """Assert that no builder of messages lets a text command Slack or break its limits."""
    for name, message in material.all_messages(texts):
        check_message(name, message)
    for said in material.all_prompts(texts):
        assert foreign.in_text(said) == []


def check_message(name: str, message: blocks.Message) -> None:
    """Assert the same of one message."""
    assert foreign.in_blocks(message.blocks, ASKER) == [], name
    assert foreign.in_text(message.text) == [], name
    assert violations({"text": message.text, "blocks": list(message.blocks)}) == [], name
