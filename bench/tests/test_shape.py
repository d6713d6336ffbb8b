"""The counts of `python -m bench.shape`, on a code base of a few lines."""

from collections.abc import Mapping
from pathlib import Path

from bench.shape import (
    Module,
    against_the_order,
    cycles,
    fullest_folder,
    function_lengths,
    imports,
    report,
    shared_class_names,
    small_with_one_importer,
)

TREE = {
    "bot/__init__.py": "",
    "bot/errors.py": "class Stop(Exception): ...\n",
    "bot/web/__init__.py": "",
    "bot/web/page.py": "from bot.slack import text\nfrom bot.errors import Stop\n",
    "bot/slack/text.py": "from . import send\nfrom ingest import read\n\n\nclass Text: ...\n",
    "bot/slack/send.py": "def send():\n    from bot.slack.text import Text\n    return Text\n",
    "ingest/read.py": 'class Text: ...\n\n\ndef read():\n    """One.\n\n    2."""\n    return 1\n',
    "index/words.py": "import ingest.read\n" + "\n" * 80,
}


def modules(files: Mapping[str, str] = TREE) -> list[Module]:
    return [Module(Path(name), text) for name, text in files.items()]


def test_imports_are_found_in_functions_and_written_relatively() -> None:
    """`from package import module` is an import of the module, not of the package."""
    found = imports(modules())
    assert found["bot.web.page"] == {"bot.slack.text", "bot.errors"}
    assert found["bot.slack.text"] == {"bot.slack.send", "ingest.read"}
    assert found["bot.slack.send"] == {"bot.slack.text"}
    assert cycles(found) == [["bot.slack.send", "bot.slack.text"]]


def test_a_name_of_the_package_itself_is_an_import_of_the_package() -> None:
    """`from bot import VERSION` uses bot/__init__.py."""
    found = imports(
        modules({"bot/__init__.py": "VERSION = 1\n", "bot/a.py": "from bot import VERSION\n"})
    )
    assert found["bot.a"] == {"bot"}


def test_class_names_with_more_than_one_meaning() -> None:
    """Every place is named."""
    assert shared_class_names(modules()) == {"Text": ["bot/slack/text.py:5", "ingest/read.py:1"]}


def test_small_modules_with_one_importer() -> None:
    """Two importers, or eighty lines, and a module stands on its own; packages do not count."""
    found = small_with_one_importer(modules(), imports(modules()))
    assert [(one.name, user) for one, user in found] == [
        ("bot.errors", "bot.web.page"),
        ("bot.slack.send", "bot.slack.text"),
    ]


def test_functions_are_measured_without_their_docstring() -> None:
    """`read` has five lines, three of them its docstring."""
    assert (2, "ingest/read.py:4 read") in function_lengths(modules())


def test_rooms_import_neither_siblings_nor_what_stands_above() -> None:
    """web and slack are siblings; errors stands below all; the flat files are in no room."""
    files = {
        "bot/web/page.py": "import bot.slack.text\nimport bot.errors\nimport bot.flat\n",
        "bot/slack/text.py": "import bot.app.run\nimport bot.ledger.rows\nimport bot.slack.send\n",
        "bot/slack/send.py": "",
        "bot/ledger/rows.py": "",
        "bot/app/run.py": "import bot.web.page\n",
        "bot/errors.py": "import bot.ledger.rows\n",
        "bot/flat.py": "import bot.app.run\n",
    }
    assert against_the_order(modules(files), imports(modules(files))) == [
        "bot.errors imports bot.ledger.rows",
        "bot.slack.text imports bot.app.run",
        "bot.web.page imports bot.slack.text",
    ]


def test_the_fullest_folder() -> None:
    """Files directly in it count, those of its folders do not."""
    assert fullest_folder(modules()) == (2, "bot")


def test_the_report_names_every_count(tmp_path: Path) -> None:
    """Any folder with bot, ingest, index and tests can be measured."""
    for name, text in {**TREE, "tests/test_read.py": "def test(): ...\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    lines = list(report(tmp_path))
    assert "modules: 8" in lines
    assert "lines of tests: 1" in lines
    assert "class names with more than one meaning: 1 (2 classes)" in lines
    assert "function length, median / p90 / max: 3 / 3 / 3 (bot/slack/send.py:1 send)" in lines
