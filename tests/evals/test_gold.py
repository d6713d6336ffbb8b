"""Gold files: easy to write, every bad line named, the others still read."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evals.gold import Expected, Gold, NeededPassage, read
from index.errors import UsageError


def gold(tmp_path: Path, *rows: Any) -> Gold:
    path = tmp_path / "gold.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
    return read(path)


def test_a_question_and_a_quote_are_enough(tmp_path: Path) -> None:
    """The quote may be a bare text, an object, or a list of either; the rest has defaults."""
    quote = "It handles 41 million tons"
    found = gold(
        tmp_path,
        {"question": "How much cargo?", "gold": quote},
        {"question": "How much cargo?", "gold": {"quote": quote}},
        {"question": "How much cargo?", "gold": [quote, {"quote": quote}]},
    )
    assert not found.faults
    assert [len(one.needed) for one in found.questions] == [1, 1, 2]
    first = found.questions[0]
    assert first.needed == ((NeededPassage(quote=quote),),)
    assert (first.id, first.type, first.answerable) == ("line-1", "question", True)


def test_a_question_that_nothing_answers_says_so(tmp_path: Path) -> None:
    """`answerable` false needs no gold; without both the line is refused."""
    found = gold(tmp_path, {"question": "Why?", "answerable": False}, {"question": "Why not?"})
    assert [one.answerable for one in found.questions] == [False]
    assert "line 2: neither 'gold' nor 'answerable'" in found.faults[0]


@pytest.mark.parametrize("key", ["brief", "id", "number", "report", "title", "file"])
def test_a_brief_may_be_named_instead_of_quoted(tmp_path: Path, key: str) -> None:
    """By id, report number, title or file."""
    found = gold(tmp_path, {"question": "Why?", "gold": [{key: "IF10753"}]})
    assert found.questions[0].needed == ((NeededPassage(briefs=("IF10753",)),),)


def test_alternatives_stand_beside_what_they_replace(tmp_path: Path) -> None:
    """`replaces` counts the items of gold from 0; a plain quote goes before one with markup."""
    row = {
        "question": "Why?",
        "gold": [{"quote": "**one** a b", "quote_plain": "one a b"}, {"quote": "two c d"}],
        "alt_gold": [{"quote": "deux c d", "replaces": 1}],
    }
    (question,) = gold(tmp_path, row).questions
    assert [[need.quote for need in needs] for needs in question.needed] == [
        ["one a b"], ["two c d", "deux c d"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"question": "\udcff?", "gold": "a b c"}', "not UTF-8"),
        ({"gold": "a b c"}, "no text under 'question'"),
        ({"question": 7, "gold": "a b c"}, "'question' is not a text"),
        ({"question": "Why?", "gold": [3]}, "neither a text nor an object"),
        ({"question": "Why?", "gold": [{"quote": " … "}]}, "neither a quote nor a brief"),
        ({"question": "Why?", "gold": "a b c", "conversation": "x"}, "'conversation' is not"),
        ({"question": "Why?", "gold": "a b c", "answerable": "yes"}, "neither 'gold' nor"),
        (
            {"question": "Why?", "gold": "a b c", "alt_gold": [{"quote": "d", "replaces": 1}]},
            "'alt_gold' replaces 1",
        ),
    ],
)
def test_a_bad_line_is_named_and_the_others_stay(tmp_path: Path, row: Any, reason: str) -> None:
    """With its number, the reason and the mend."""
    found = gold(tmp_path, "", row, {"question": "Why?", "gold": "a b c"})
    assert [one.question for one in found.questions] == ["Why?"]
    (fault,) = found.faults
    assert fault.startswith("line 2: ")
    assert reason in fault


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """Results are compared by id."""
    row = {"id": "a", "question": "Why?", "gold": "a b c"}
    found = gold(tmp_path, row, row)
    assert len(found.questions) == 1
    assert "line 2: id 'a' stands in an earlier line" in found.faults[0]


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    """One line that names it."""
    with pytest.raises(UsageError, match="name a gold file"):
        read(tmp_path / "none.jsonl")


def test_a_line_may_say_what_the_reply_must_be(tmp_path: Path) -> None:
    """One value or a list of those allowed; alternatives in a list inside a list."""
    row = {
        "question": "Who wrote it?",
        "kind": "catalogue",
        "outcome": ["answered", "unsure"],
        "briefs": ["BB-1", ["a.txt", "A title"]],
        "briefs_exact": True,
        "must_contain": "Energy Desk",
        "must_not_contain": ["Shipping Desk"],
        "first": "BB-1",
        "order": ["BB-1", "a.txt"],
        "at_least": 3,
        "one_sentence": True,
        "only_brief": "BB-1",
    }
    (question,) = gold(tmp_path, row).questions
    assert question.expected == Expected(
        kinds=("catalogue",),
        outcomes=("answered", "unsure"),
        briefs=(("BB-1",), ("a.txt", "A title")),
        only_these=True,
        contains=(("Energy Desk",),),
        contains_not=("Shipping Desk",),
        first=("BB-1",),
        order=("BB-1", "a.txt"),
        at_least=3,
        one_sentence=True,
    )
    assert (question.type, question.only_brief) == ("catalogue", "BB-1")


def test_the_outcome_says_whether_the_briefs_answer(tmp_path: Path) -> None:
    """Where an answer and a refusal are both right, or nothing is asked, neither is counted."""
    cases = [
        ("answered", True),
        (["answered", "unsure"], True),
        ("declined", False),
        (["declined", "unsure"], False),
        (["answered", "declined"], None),
    ]
    for outcome, answerable in cases:
        (question,) = gold(tmp_path, {"question": "Why?", "outcome": outcome}).questions
        assert question.answerable is answerable, outcome
    (hello,) = gold(tmp_path, {"question": "hello", "kind": "help"}).questions
    assert hello.answerable is None


def test_values_that_do_not_exist_are_named(tmp_path: Path) -> None:
    """With those that do."""
    cases = [
        ({"kind": "summery"}, "'kind' is 'summery'; write one of: fact, list"),
        ({"outcome": "refused"}, "'outcome' is 'refused'; write one of: answered"),
        ({"must_contain": [[]]}, "'must_contain' holds []"),
        ({"briefs": [7]}, "'briefs' holds 7"),
        ({"at_least": "three"}, "'at_least' is 'three'"),
        ({"order": [["a", "b"]]}, "'order' holds ['a', 'b']"),
    ]
    for row, reason in cases:
        (fault,) = gold(tmp_path, {"question": "Why?", **row}).faults
        assert reason in fault, row
