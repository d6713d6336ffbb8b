"""What the ledger holds of a written answer."""

from dataclasses import replace

from bot.ledger.record import Basis, body, private, program, rebuilt
from bot.question.question import Period
from index.vectors.snapshot import Filters
from tests.answering.test_render import answered, doubtful

BASIS = Basis(3, "print", {"chat_model": "openai:x", "prompt_version": "1"})


def test_what_was_withheld_is_recorded_with_its_reasons() -> None:
    """Defects are kept: text, ranks cited and reasons, and the notes that were shown."""
    made = body(doubtful(), basis=BASIS, brief_sha256={}, seconds={})
    assert made["withheld"] == [
        {
            "text": "Exports were 9.9.",
            "citations": [4],
            "verdict": "unsupported",
            "reasons": [{"kind": "number", "detail": "8.2 is not in it"}],
            "bold": [],
            "form": "sentence",
            "label": "",
        }
    ]
    assert made["notes"] == ["1 sentence was withheld."]
    assert made["sentences"][0]["verdict"] == "check"
    assert made["settings"] == {"chat_model": "openai:x", "prompt_version": "1"}
    assert (made["model"], made["streamed"]) == ("openai:x", None)


def test_the_chained_part_holds_nothing_that_was_typed() -> None:
    answer = answered()
    asked = replace(answer.standalone, asked="who-typed-this", text="who-typed-this?")
    answer = replace(answer, standalone=asked)
    assert "who-typed-this" not in str(body(answer, basis=BASIS, brief_sha256={}, seconds={}))
    assert private(asked, (), "U1", "D1")["question"] == "who-typed-this"


def test_a_note_that_repeats_the_question_is_whole_in_the_private_part_alone() -> None:
    """The chained one lacks the asker's words; the answer is shown again with them."""
    said = "No brief published since 2024-05 (“since the parade”) answers this."
    answer = answered()
    draft = replace(answer.draft, notes=(said, "No brief cited has a date."))
    asked = replace(
        answer.standalone,
        asked="Who came since the Parade?",
        period=Period("since the parade", since="2024-05"),
    )
    answer = replace(answer, draft=draft, standalone=asked)
    chained = body(answer, basis=BASIS, brief_sha256={}, seconds={})
    kept = private(asked, (), "U1", "D1", zone="Asia/Tokyo", draft=draft)
    assert "parade" not in str(chained).lower()
    assert chained["notes"][1] == "No brief cited has a date."
    assert chained["period"] == {"since": "2024-05", "until": None, "narrows": True}
    assert (kept["period_said"], kept["zone"]) == ("since the parade", "Asia/Tokyo")
    again = {**chained, "answer_id": "a"}
    assert rebuilt(again, kept).draft.notes == draft.notes
    assert rebuilt(again, None).draft.notes == tuple(chained["notes"])


def test_a_label_in_the_askers_words_is_whole_in_the_private_part_alone() -> None:
    """A label that the quotation has too is the brief's; one of ours is no one's."""
    answer = answered()
    first, second = answer.sentences
    labelled = (replace(first, label="The parade"), replace(second, label="2022"))
    draft = replace(answer.draft, sentences=labelled, suggestions=("What is the parade?",))
    asked = replace(answer.standalone, asked="the parade vs 2022")
    answer = replace(answer, draft=draft, standalone=asked)
    chained = body(answer, basis=BASIS, brief_sha256={}, seconds={})
    kept = private(asked, (), "U1", "D1", draft=draft)
    assert [one["label"] for one in chained["sentences"]] == ["…", "2022"]
    again = {**chained, "answer_id": "a"}
    assert rebuilt(again, kept).sentences == labelled
    assert [one.label for one in rebuilt(again, None).sentences] == ["…", "2022"]
    assert rebuilt(again, kept).suggestions == draft.suggestions


def test_what_the_search_was_limited_to_is_recorded() -> None:
    """And the version of the program: an answer can be asked for again as it was."""
    basis = replace(BASIS, filters=Filters(since="2024", collections=("board",)))
    made = body(answered(), basis=basis, brief_sha256={}, seconds={})
    assert made["filters"] == {
        "since": "2024", "until": None, "collections": ["board"], "briefs": [],
        "as_of": None, "previous": False,
    }  # fmt: skip
    assert made["program"] == program()
    assert program()[0].isdigit()
