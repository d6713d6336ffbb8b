"""Requests are read line by line; what is wrong with a line is said of that line."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.batch import Line, lines, sound
from index.errors import UsageError


def read(tmp_path: Path, text: str) -> list[Line]:
    """Return the requests of a file with this text."""
    path = tmp_path / "requests.jsonl"
    path.write_text(text, encoding="utf-8")
    return list(lines(str(path)))


def test_a_request_has_a_question_an_id_and_earlier_turns(tmp_path: Path) -> None:
    """More keys are ignored, and empty lines are no requests."""
    text = '{"id": 7, "question": "and Sweden?", "conversation": ["Finland?"], "k": 1}\n\n'
    assert read(tmp_path, text) == [Line(7, "and Sweden?", ("Finland?",))]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: not an object"),
        ('{"id": "a"}', "line 1: no text under the key 'question'"),
        ('{"id": "a", "question": 3}', "line 1: no text under the key 'question'"),
        ('{"id": "a", "question": "q", "conversation": "x"}', "line 1: 'conversation' is not"),
        ('{"id": "a", "question": "q", "conversation": [1]}', "line 1: 'conversation' is not"),
        ("[" * 100_000, "line 1: not JSON"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(tmp_path: Path, line: str, fault: str) -> None:
    """The lines after it are still read."""
    first, second = read(tmp_path, f'{line}\n{{"question": "fine"}}\n')
    assert (first.fault or "").startswith(fault)
    assert second == Line(None, "fine")


@given(st.text())
def test_any_line_gives_a_request_or_a_fault(text: str) -> None:
    """No input raises."""
    (line,) = _from_stdin(json.dumps({"question": text}))
    assert line.question == sound(text)
    for found in _from_stdin(text):
        assert found.fault or isinstance(found.question, str)


def _from_stdin(text: str) -> list[Line]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(text, newline="\n"))
        return list(lines("-"))


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """The message names it and says what to give."""
    with pytest.raises(UsageError, match=r"none\.jsonl: .*; name a JSON Lines file"):
        list(lines(str(tmp_path / "none.jsonl")))


def test_a_line_in_another_encoding_is_a_fault_of_that_line(tmp_path: Path) -> None:
    """Latin-1 among UTF-8 costs one request, not all."""
    path = tmp_path / "mixed.jsonl"
    path.write_bytes('{"question": "Köln?"}\n'.encode("latin-1") + b'{"question": "fine"}\n')
    first, second = lines(str(path))
    assert first.fault == "line 1: not UTF-8; save the requests as UTF-8"
    assert second.question == "fine"


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    """JSON can spell what no database or terminal takes."""
    (line,) = read(tmp_path, r'{"question": "a \ud800 b"}')
    assert line.question == "a ? b"
