"""Dialogs and App Home: what they show, their limits, what comes back from them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.answering.answer import Answer, Citation, DraftAnswer, Sentence
from bot.checking.verdict import Verdict
from bot.question.question import Question
from bot.slack.blocks import actions, dialogs
from bot.slack.blocks import passages as passages_view
from bot.slack.blocks.passages import Around, PassagesState, around, passage_of, state_of
from bot.slack.events import dialogs as forms
from bot.slack.types import Answering, ChannelSettings
from index.passage import Brief, Passage
from tests.golden_files import Golden
from tests.slack.blocks import material
from tests.slack.blocks.material import Texts, elements_of, words_of
from tests.slack.fake.limits import violations


def test_views_are_as_before(golden: Golden) -> None:
    for name, view in material.all_views(Texts()):
        golden(f"slack/view_{name}.json", json.dumps(view, indent=1, ensure_ascii=False) + "\n")


def quoted(view: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [one for one in elements_of(view) if one.get("type") == "rich_text_quote"]
    return [element for part in parts for element in part["elements"]]


def many(count: int, passage: str = "Rye grew. ") -> Answer:
    hits = [
        replace(material.hit(Texts(passage=passage)), passage_id=f"p{number}")
        for number in range(count)
    ]
    citations = tuple(Citation(n, one, 10, 13) for n, one in enumerate(hits, 1))
    sentences = tuple(Sentence("Rye.", (one.number,), Verdict.SUPPORTED) for one in citations)
    return Answer("a9", Question("rye?", "rye?"), DraftAnswer(sentences, citations), tuple(hits))


def test_a_passage_is_shown_verbatim_with_the_quoted_words_in_bold() -> None:
    """All its quotations at once, under their marks."""
    said = "First.  Then <this> & *that*\nand more. Last."
    texts = Texts(passage=said)
    one = material.hit(texts)
    citations = (Citation(1, one, 10, 16), Citation(2, one, 10 + len(said) - 5, 10 + len(said)))
    sentences = (Sentence("First. Last.", (1, 2), Verdict.SUPPORTED),)
    answer = Answer("a1", Question("q?", "q?"), DraftAnswer(sentences, citations), (one,))
    view = passages_view.passages_view(answer)
    assert "".join(element["text"] for element in quoted(view)) == said
    assert [e["text"] for e in quoted(view) if "style" in e] == ["First.", "Last."]
    assert "[1][2] " in words_of(view["blocks"])
    (more,) = [one for one in elements_of(view) if one.get("action_id") == actions.MORE_CONTEXT]
    assert actions.parted_number(more["value"]) == ("a1", 1)


def test_an_opened_passage_has_what_stands_around_it() -> None:
    view = passages_view.passages_view(material.answer(), opened={1: Around("Before.", "After.")})
    said = words_of(view["blocks"])
    assert said.index("Before.") < said.index("Wheat exports") < said.index("After.")
    assert "Show surrounding" not in said
    assert state_of(view) == PassagesState("a1b2", 0, (1,))


def test_a_brief_that_is_gone_is_said_to_be() -> None:
    """The passage as cited is shown all the same."""
    said = words_of(passages_view.passages_view(material.answer(), opened={1: None})["blocks"])
    assert "was removed from the library" in said
    assert "Wheat exports" in said


def test_what_the_viewer_may_not_see_is_left_out_without_a_word() -> None:
    view = passages_view.passages_view(material.answer(), collections={"other"})
    assert "Wheat" not in words_of(view["blocks"])
    shown = passages_view.passages_view(material.answer(), collections={"trade"})
    assert "Wheat" in words_of(shown["blocks"])


def test_around_is_the_rest_of_the_paragraph_else_the_next_one() -> None:
    """Up to one paragraph each, nothing at the ends."""
    text = "One.\n\nTwo a. Two b.\n\nThree.\n\nFour."
    places = [(1, "One."), (2, "Two a."), (2, "Two b."), (3, "Three."), (4, "Four.")]
    passages = []
    for ordinal, (paragraph, said) in enumerate(places):
        start = text.index(said)
        passages.append(Passage(ordinal, start, start + len(said), said, paragraph=paragraph))
    brief = Brief("b", 1, "T", text)
    found = [around(brief, passages, passage) for passage in passages]
    assert found == [
        Around("", "Two a. Two b."),
        Around("One.", "Two b."),
        Around("Two a.", "Three."),
        Around("Two a. Two b.", "Four."),
        Around("Three.", ""),
    ]


def test_the_passage_of_a_button_is_found_again() -> None:
    found = passage_of(material.answer(), 1)
    assert found is not None
    assert found.passage_id == "p1"
    assert passage_of(material.answer(), 7) is None


@pytest.mark.parametrize(("count", "passage"), [(100, "Rye grew. "), (30, "Rye grew. " * 400)])
def test_many_passages_are_on_pages(count: int, passage: str) -> None:
    """All are shown, each page keeps to the limits."""
    answer, seen, page = many(count, passage), list[str](), 0
    while True:
        view = passages_view.passages_view(answer, page=page)
        assert violations(view) == []
        seen += [
            one["value"] for one in elements_of(view) if one.get("action_id") == "more_context"
        ]
        turns = [one for one in elements_of(view) if one.get("action_id") == actions.TURN_PAGE]
        if not turns:
            break
        assert actions.parted_number(turns[0]["value"]) == ("a9", page + 1)
        page += 1
    assert seen == [f"a9:{number}" for number in range(1, count + 1)]
    assert page > 1
    assert state_of(passages_view.passages_view(answer, page=999)).page == page


def filled(view: dict[str, Any], **values: Any) -> dict[str, Any]:
    fields = {name: {name: value} for name, value in values.items()}
    return {**view, "state": {"values": fields}}


def test_feedback_comes_back() -> None:
    view = filled(
        dialogs.feedback_view("a1"),
        reason={"selected_option": {"value": "outdated"}},
        note={"value": " see 2025 \x00"},
    )
    assert forms.feedback_form(view) == forms.FeedbackForm("a1", "outdated", "see 2025 \ufffd")
    assert forms.feedback_form(filled(dialogs.feedback_view("a1"))).reason == "other"


def test_settings_come_back() -> None:
    view = filled(
        dialogs.settings_view("C1", ["a", "b"], ChannelSettings()),
        collections={"selected_options": [{"value": "b"}]},
        answering={"selected_option": {"value": "private"}},
        unasked={"selected_option": {"value": "questions"}},
    )
    expected = ChannelSettings(("b",), Answering.PRIVATE, True)
    assert forms.channel_settings(view) == expected


def test_many_collections_are_listed_as_far_as_slack_lets_us() -> None:
    """The rest is named as such; those chosen are always listed."""
    names = [f"c{number}" for number in range(150)]
    view = dialogs.settings_view("C1", names, ChannelSettings(collections=("c149",)))
    assert violations(view) == []
    assert "50 more" in words_of(view["blocks"])
    assert violations(dialogs.settings_view("C1", [], ChannelSettings())) == []
    assert violations(dialogs.upload_view([])) == []


@pytest.mark.parametrize(
    ("date", "wrong"),
    [("2019", False), ("2019-03", False), ("2019-03-31", False), ("", False), ("2019-13", True),
     ("03/2019", True), ("soon", True), ("2019-02-30", True)],
)  # fmt: skip
def test_an_upload_comes_back_or_says_what_is_wrong(date: str, wrong: bool) -> None:
    view = filled(
        dialogs.upload_view(["trade"], "C1"),
        files={"files": [{"id": "F1"}]},
        collection={"selected_option": {"value": "trade"}},
        title={"value": None},
        date={"value": date},
    )
    assert (form := forms.upload_form(view)) == forms.UploadForm(
        ("F1",), "trade", None, date or None
    )
    assert set(forms.upload_errors(form)) == ({"date"} if wrong else set())
    assert set(forms.upload_errors(forms.upload_form(filled(dialogs.upload_view([]))))) == {"files"}


def test_a_question_comes_back() -> None:
    view = filled(dialogs.ask_view(), question={"value": "rye? "})
    assert forms.typed_question(view) == "rye?"
