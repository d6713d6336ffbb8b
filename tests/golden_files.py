"""Compare what the program says with files in tests/golden; `pytest --golden` writes them anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent / "golden"

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --golden."""
    parser.addoption("--golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """A function (name, text) that fails unless the golden file of that name holds the text."""
    refresh = bool(request.config.getoption("--golden"))

    def check(name: str, text: str) -> None:
        compare(FOLDER / name, text, refresh=refresh)

    return check


def compare(path: Path, text: str, *, refresh: bool) -> None:
    """Assert that a file holds the text, or write it."""
    if refresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.is_file(), f"{path} is not there; pytest --golden writes it"
    assert text == path.read_text("utf-8"), f"{path} is out of date; pytest --golden refreshes it"
