"""Messages: what they show and where they are cut."""

import json
from dataclasses import replace

import pytest

from bot.answering.answer import Answer, Citation, DraftAnswer, Sentence
from bot.answering.render import plain
from bot.checking.verdict import Verdict
from bot.ledger.record import Basis, body, private, rebuilt
from bot.question.kinds import Kind
from bot.question.question import Question
from bot.slack import phrases
from bot.slack.blocks import actions
from bot.slack.blocks.answers import answer_text, growing_message, messages
from bot.slack.blocks.elements import Message
from bot.slack.blocks.sources import Offer, Shown
from tests.golden_files import Golden
from tests.slack.blocks import material
from tests.slack.blocks.material import Texts, elements_of, words_of
from tests.slack.fake.limits import violations


def buttons_of(message: Message) -> dict[str, str]:
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
    asked = Question("rye?", "rye?")
    return Answer("a9", asked, DraftAnswer(sentences, citations), tuple(hits))


def test_messages_are_as_before(golden: Golden) -> None:
    for name, message in material.all_messages(Texts()):
        made = {"text": message.text, "blocks": message.blocks}
        golden(f"slack/{name}.json", json.dumps(made, indent=1, ensure_ascii=False) + "\n")


def test_an_answer_has_numbers_bold_words_notes_sources_and_buttons() -> None:
    (message,) = messages(Shown(material.answer(), Offer.PRIVATELY))
    said = words_of(message.blocks)
    for part in ("[1]", "[1][2]", "[?]", "Note: ", "Sources", "Wheat and war", "2024-03, page 2"):
        assert part in said
    assert "number: the chat model" in said
    links = [one for one in elements_of(message.blocks) if one.get("type") == "link"]
    assert {(one["url"], one["text"]) for one in links} == {
        ("https://briefs.example.org/wheat?page=2", "Wheat and war")
    }
    bold = [
        one["text"] for one in elements_of(message.blocks) if one.get("style") == {"bold": True}
    ]
    assert [one for one in bold if one != "Wheat and war"][:3] == ["Wheat", "Wheat", "[?]"]
    assert buttons_of(message) == {"Show passages": "a1b2", "Ask privately": "a1b2"}
    (pair,) = [one for one in elements_of(message.blocks) if one.get("type") == "feedback_buttons"]
    assert pair["positive_button"]["value"] == "a1b2:up"
    assert actions.parted(pair["negative_button"]["value"]) == ("a1b2", "down")
    assert "Quoted from the briefs by software" in said


def test_sources_link_to_the_desk_where_there_is_one() -> None:
    """To the paragraph of the version that was cited, its quoted words marked."""
    desk = "https://desk.example.org"
    (message,) = messages(Shown(material.answer(), desk=desk))
    [link] = [one for one in elements_of(message.blocks) if one.get("type") == "link"]
    quoted = f"10-{10 + len(Texts().passage)}"
    assert link["url"] == f"{desk}/briefs/wheat@1?quote={quoted}#p4"
    assert link["text"] == "Wheat and war"
    (message,) = messages(Shown(material.unanswered(Texts(source_url=None)), desk=desk))
    links = [one["url"] for one in elements_of(message.blocks) if one.get("type") == "link"]
    assert links == [f"{desk}/briefs/wheat@1#p4"] * 2


def test_a_written_answer_names_its_model() -> None:
    answer = material.answer()
    draft = replace(answer.draft, model="openai:x")
    (message,) = messages(Shown(replace(answer, draft=draft), Offer.SHARE))
    assert "Written by openai:x from the briefs" in words_of(message.blocks)
    assert "Share with channel" in buttons_of(message)


def test_without_a_public_address_the_file_is_named() -> None:
    answer = material.answer(Texts(source_url=None))
    (message,) = messages(Shown(answer))
    assert "wheat.pdf" in words_of(message.blocks)
    assert "/briefs/" not in words_of(message.blocks) + message.text


def test_what_may_answer_is_shown_whole_and_can_be_judged() -> None:
    (message,) = messages(Shown(material.unanswered(), Offer.SHARE))
    assert message.text.startswith("This may answer it:")
    said = [one["text"] for one in elements_of(message.blocks) if one.get("type") == "text"]
    assert "".join(said).count(Texts().passage) == 2
    assert any(one.get("type") == "feedback_buttons" for one in elements_of(message.blocks))
    assert buttons_of(message) == {"Show passages": "a1b3", "Ask the librarians": "a1b3"}


def test_small_talk_gets_no_buttons() -> None:
    """There is nothing to ask the librarians for."""
    answer = Answer("a1", Question("hi", "hi"), DraftAnswer(off_topic=True), ())
    (message,) = messages(Shown(answer))
    assert buttons_of(message) == {}


def test_nothing_found_is_said_without_a_hint() -> None:
    """No nearest passages, no passages to show."""
    answer = Answer("a1", Question("q", "q"), DraftAnswer(), ())
    (message,) = messages(Shown(answer))
    assert message.text == "I found nothing on this."
    assert buttons_of(message) == {"Ask the librarians": "a1"}


@pytest.mark.parametrize("count", [1, 3, 8, 40, 120])
def test_long_answers_are_cut_and_their_citations_survive(count: int) -> None:
    """Between sentences; every mark and every source stands in blocks and in text."""
    made = messages(Shown(long_answer(count), Offer.PRIVATELY))
    text = "\n".join(message.text for message in made)
    shown = "\n".join(words_of(message.blocks) for message in made)
    for number in range(1, count + 1):
        assert text.count(f"[{number}]") == 2
        assert shown.count(f"[{number}]") == 2
        assert f"[{number}] Brief number {number}," in text
    assert [bool(buttons_of(message)) for message in made] == [False] * (len(made) - 1) + [True]
    assert all(len(message.text) <= 3_900 for message in made)
    growing = growing_message(long_answer(count).sentences)
    assert violations({"text": growing.text, "blocks": list(growing.blocks)}) == []


def test_the_sources_survive_in_the_one_text() -> None:
    text = answer_text(Shown(long_answer(12)))
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
        assert messages(Shown(again)) == messages(Shown(answer))
        assert plain(again) == plain(answer)
        assert rebuilt(kept, None).question == ""


def test_prompts_come_from_the_newest_briefs() -> None:
    refs = [material.brief_ref(Texts(title=f"Rye {n}")) for n in (1, 1, 2, 3, 4, 5)]
    made = phrases.suggested_prompts(refs)
    assert [one["title"] for one in made] == ["Rye 1", "Rye 2", "Rye 3", "Rye 4"]


def test_a_list_is_a_list_and_a_timeline_has_its_dates_first() -> None:
    """A label is set apart from the quotation behind it."""
    made = material.answer()
    labelled = tuple(replace(one, label="May 2022") for one in made.sentences)
    for kind, label in ((Kind.LIST, ""), (Kind.TIMELINE, "May 2022: ")):
        sentences = labelled if label else made.sentences
        shown = replace(
            made,
            draft=replace(made.draft, sentences=sentences),
            standalone=replace(made.standalone, kind=kind),
        )
        (message,) = messages(Shown(shown))
        first = message.blocks[0]["elements"][0]
        assert first["type"] == ("rich_text_section" if label else "rich_text_list")
        opening = first["elements"][0]
        assert (opening.get("text") == label) is bool(label)
        assert violations({"text": message.text, "blocks": list(message.blocks)}) == []


def test_what_to_ask_next_stands_on_buttons_that_carry_numbers_alone() -> None:
    """The text is looked up in the record when one is clicked."""
    made = material.answer()
    asked = ("What is rye?", "What are the rules of the board for all who trade in rye? " * 2)
    shown = replace(made, draft=replace(made.draft, suggestions=asked))
    (message,) = messages(Shown(shown))
    values = buttons_of(message)
    assert values["What is rye?"] == "a1b2:1"
    assert "a1b2:2" in values.values()
    assert violations({"text": message.text, "blocks": list(message.blocks)}) == []
