"""What the ledger holds of a written answer."""

from dataclasses import replace

from bot.record import Basis, body, private
from tests.bot.test_render import answered, doubtful

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
        }
    ]
    assert made["notes"] == ["1 sentence was withheld."]
    assert made["sentences"][0]["verdict"] == "check"
    assert made["settings"] == {"chat_model": "openai:x", "prompt_version": "1"}
    assert (made["model"], made["streamed"]) == ("openai:x", None)


def test_the_chained_part_holds_nothing_that_was_typed() -> None:
    """The private part does."""
    answer = answered()
    asked = replace(answer.standalone, asked="who-typed-this", question="who-typed-this?")
    answer = replace(answer, standalone=asked)
    assert "who-typed-this" not in str(body(answer, basis=BASIS, brief_sha256={}, seconds={}))
    assert private(asked, (), "U1", "D1")["question"] == "who-typed-this"
