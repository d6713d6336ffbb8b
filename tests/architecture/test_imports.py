"""The house: which way imports go, who owns which library, and what the command's start costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("index", "ingest", "bot")  # each may import itself and what stands before it

OWNERS = {
    "chromadb": {"index/vectors/chroma.py"},
    "openvino": {"index/models/runtimes.py"},
    "torch": {"index/models/runtimes.py"},
    "sentence_transformers": {"index/models/runtimes.py"},
    "tokenizers": {"index/models/embedder.py"},
    "huggingface_hub": {"index/models/model_files.py"},
    "snowballstemmer": {"index/words.py"},
    "pypdfium2": {"ingest/readers/"},
    "trafilatura": {"ingest/readers/"},
    "mammoth": {"ingest/readers/"},
    "charset_normalizer": {"ingest/decode.py"},
    "filelock": {"index/storage/database.py", "index/vectors/generations.py"},
    "langchain": {"bot/chain.py", "bot/models.py", "bot/retriever.py"},
    "langchain_core": {"bot/chain.py", "bot/retriever.py"},
    "langsmith": {"bot/pump.py"},
    "uvicorn": {"bot/serving/"},
    "fastapi": {"bot/desk/"},
    "starlette": {"bot/desk/"},
    "itsdangerous": {"bot/desk/"},
    "markupsafe": {"bot/desk/", "bot/audit/"},
    "slack_bolt": {"bot/slack/"},
    "slack_sdk": {"bot/slack/"},
    "pydantic_settings": {"index/settings.py"},
    "dotenv": {"index/settings.py"},
    "matplotlib": {"bot/eval_chart.py"},
    "jinja2": {"bot/audit/report_html.py", "bot/desk/"},
}
READERS_OF_THE_ENVIRONMENT = {
    "index/settings.py",
    "index/failpoints.py",
    "index/models/runtimes.py",  # hands it on to the converting process
    "ingest/sandbox.py",  # hands it on to the reading process
}
HEAVY = {
    "torch", "chromadb", "langchain_core", "openvino", "sqlalchemy", "pydantic", "numpy",
    "trafilatura", "pypdfium2", "slack_bolt", "matplotlib", "uvicorn", "fastapi", "jinja2",
}  # fmt: skip

MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> tuple[str, ...]:
    """All modules that a file imports, at its top or inside its functions."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down_only(path: Path) -> None:
    """bot imports ingest and index, ingest imports index, index neither."""
    above = FLOORS[FLOORS.index(name_of(path).split("/")[0]) + 1 :]
    wrong = [module for module in imports(path) if module.split(".")[0] in above]
    assert wrong == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_owner(library: str) -> None:
    """Whoever else wants it goes through the owner."""
    users = {
        name_of(path) for path in MODULES if library in {m.split(".")[0] for m in imports(path)}
    }
    strangers = {user for user in users if not any(user.startswith(o) for o in OWNERS[library])}
    assert strangers == set()


def test_the_environment_is_read_by_few() -> None:
    """Settings are handed down."""
    readers = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Attribute) and node.attr in {
                "environ",
                "getenv",
                "environb",
            }
            if named and isinstance(node.value, ast.Name) and node.value.id == "os":
                readers.add(name_of(path))
    assert readers <= READERS_OF_THE_ENVIRONMENT


def test_help_imports_nothing_heavy() -> None:
    """`briefs --help` is there at once: no model, no store, no database."""
    script = (
        "import sys\n"
        "from bot.cli import main\n"
        "sys.argv = ['briefs', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rsplit("MODULES", 1)[1].split())
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Every module that holds code opens with a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)
