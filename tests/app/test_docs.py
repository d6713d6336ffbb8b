"""The command reference is what the commands say of themselves."""

import pytest

from bot.app import docs
from bot.app.cli import commands
from tests.golden_files import compare


def test_the_command_reference_is_up_to_date(request: pytest.FixtureRequest) -> None:
    """docs/commands.md holds the --help of every command; `pytest --golden` writes it anew."""
    compare(docs.PAGE, docs.page(), refresh=bool(request.config.getoption("--golden")))


@pytest.mark.parametrize("name", commands())
def test_every_command_shows_an_example(name: str) -> None:
    """The help of each command has an example that starts with that very command."""
    assert f"Example: briefs {name}" in docs.help_text(name)
