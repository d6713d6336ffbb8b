"""The [audit] table of briefs.toml."""

from pathlib import Path

import pytest

from bot.audit.upkeep import load_settings
from index.errors import SettingsError


def test_nothing_is_done_unless_it_is_asked_for():
    """No file, no table: no anchor, everything is kept, nobody is told."""
    settings = load_settings()
    assert (settings.anchor_file, settings.keep_questions_days, settings.tell_askers) == (
        None, None, False,
    )  # fmt: skip


def test_the_table_is_read():
    """A relative anchor counts from the working folder."""
    Path("briefs.toml").write_text(
        '[audit]\nanchor = "anchors"\nkeep_questions_days = 400\ntell_askers = true\n'
    )
    settings = load_settings()
    assert settings.anchor_file == Path.cwd() / "anchors"
    assert (settings.keep_questions_days, settings.tell_askers) == (400, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ancor = 'x'", "audit.ancor: no such setting"),
        ("anchor = ''", "audit.anchor: names no file"),
        ("anchor = 7", "audit.anchor: write text"),
        ("keep_questions_days = 0", "audit.keep_questions_days: write at least 1"),
        ("keep_questions_days = '9'", "write a whole number"),
        ("tell_askers = 1", "write true or false"),
    ],
)
def test_a_fault_is_named_in_one_line(line, said):
    """With the file to correct."""
    Path("briefs.toml").write_text(f"[audit]\n{line}\n")
    with pytest.raises(SettingsError, match=said) as raised:
        load_settings()
    assert str(raised.value).endswith("correct it in briefs.toml")
