"""The house: which way imports go, who owns which library, and what the command's start costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("index", "ingest", "bot")  # each may import itself and what stands before it
# The rooms of bot/: each may import itself and those of the lines before it.
ROOMS = (
    ("language",),
    ("question", "checking"),
    ("answering",),
    ("ledger",),
    ("audit", "evals"),
    ("jobs",),
    ("slack", "web"),
    ("app",),
    ("langchain",),
)

OWNERS = {
    "chromadb": {"index/vectors/chroma.py"},
    "openvino": {"index/models/runtimes.py"},
    "torch": {"index/models/runtimes.py"},
    "sentence_transformers": {"index/models/runtimes.py"},
    "tokenizers": {"index/models/embedder.py"},
    "huggingface_hub": {"index/models/model_files.py"},
    "snowballstemmer": {"index/words.py"},
    "py3langid": {"index/languages.py"},
    "rapidfuzz": {"index/spelling.py"},
    "pypdfium2": {"ingest/readers/"},
    "trafilatura": {"ingest/readers/"},
    "mammoth": {"ingest/readers/"},
    "charset_normalizer": {"ingest/decode.py"},
    "filelock": {
        "index/models/joint_network.py",
        "index/models/runtimes.py",
        "index/storage/database.py",
        "index/vectors/copies.py",
    },
    "langchain": {"bot/answering/writing/models.py"},
    "langchain_core": {
        "bot/answering/writing/models.py",
        "bot/answering/writing/pump.py",
        "bot/ledger/recording.py",
        "bot/langchain.py",
    },
    "langsmith": {"bot/answering/writing/pump.py", "bot/ledger/recording.py"},
    "mcp": {"bot/app/mcp.py"},
    "uvicorn": {"bot/web/"},
    "fastapi": {"bot/web/"},
    "starlette": {"bot/web/", "bot/app/serve.py"},
    "itsdangerous": {"bot/web/"},
    "slack_bolt": {"bot/slack/"},
    "slack_sdk": {"bot/slack/", "bot/web/guard.py"},
    "pydantic_settings": {"index/settings.py"},
    "dotenv": {"index/settings.py"},
    "matplotlib": {"bot/evals/chart.py"},
    "prometheus_client": {"bot/web/health.py"},
    "citeproc": {"bot/answering/export/"},
    "bibtexparser": {"bot/answering/export/"},
    "rispy": {"bot/answering/export/"},
    "docx": {"bot/answering/export/"},
    "json_repair": {"bot/answering/writing/"},
    "jinja2": {"bot/audit/report_formats.py", "bot/web/"},
}
READERS_OF_THE_ENVIRONMENT = {
    "index/settings.py",
    "bot/app/cli.py",  # switches off the telemetry of libraries in our own processes
    "index/models/runtimes.py",  # hands it on to the converting process
    "ingest/sandbox.py",  # hands it on to the reading process
}
HEAVY = {
    "torch", "chromadb", "langchain_core", "openvino", "sqlalchemy", "pydantic", "numpy",
    "trafilatura", "pypdfium2", "slack_bolt", "matplotlib", "uvicorn", "fastapi", "jinja2",
    "starlette", "prometheus_client",
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


def test_imports_go_down_only() -> None:
    """bot imports ingest and index, ingest imports index, index neither."""
    wrong = {
        (name_of(path), module)
        for path in MODULES
        for module in imports(path)
        if module.split(".")[0] in FLOORS[FLOORS.index(name_of(path).split("/")[0]) + 1 :]
    }
    assert wrong == set()


def test_the_rooms_of_the_bot_keep_their_order() -> None:
    """No room imports one that stands after or beside it; rooms beside each other meet in app."""
    wrong = {
        (name_of(path), module)
        for path in MODULES
        for module in imports(path)
        if not _may_import(name_of(path), module)
    }
    assert wrong == set()


def _may_import(importer: str, module: str) -> bool:
    here, there = _room(importer.removesuffix(".py").replace("/", ".")), _room(module)
    if here is None or there is None or here == there:
        return True
    place = {name: row for row, names in enumerate(ROOMS) for name in names}
    return place[there] < place[here]


def _room(module: str) -> str | None:
    """Return the room of a module; None for what is not in bot, and for bot.errors."""
    parts = module.split(".")
    return parts[1] if parts[0] == "bot" and len(parts) > 1 and parts[1] != "errors" else None


def test_a_library_has_one_owner() -> None:
    """Whoever else wants it goes through the owner."""
    strangers = {
        (name_of(path), library)
        for path in MODULES
        for library in {module.split(".")[0] for module in imports(path)} & OWNERS.keys()
        if not any(name_of(path).startswith(owner) for owner in OWNERS[library])
    }
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
        "from bot.app.cli import main\n"
        "sys.argv = ['briefs', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rsplit("MODULES", 1)[1].split())
    assert loaded & HEAVY == set()


def test_a_module_says_what_it_is_for() -> None:
    """Every module that holds code opens with a docstring."""
    trees = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []
