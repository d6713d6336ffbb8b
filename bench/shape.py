"""Count what the code base consists of: lines, modules, names, function lengths, import order.

    python -m bench.shape [ROOT]

Reads the source files below ROOT (default: this project) and imports none of them, so it measures
any working tree. All counts are over bot, ingest and index, except the lines of tests.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = ("bot", "ingest", "index")
SMALL = 80  # lines: a module below this belongs in its importer, if it has only one
# The folders of bot, lowest first. A room imports itself and lower levels, never its siblings.
ORDER = """errors < language < question checking < answering < ledger < audit evals < jobs
           < slack web < app"""
_LEVEL_OF = {room: level for level, rooms in enumerate(ORDER.split("<")) for room in rooms.split()}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
Places = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Module:
    """One source file: its path below the root, its dotted name and its text."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The dotted name; a package is called by its folder."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def lines(self) -> int:
        """The lines of the file, as `wc -l` counts them."""
        return self.text.count("\n")

    @property
    def room(self) -> str | None:
        """The folder of bot that the module is in, if that is a room; bot/errors.py is one too."""
        if self.path.as_posix() == "bot/errors.py":
            return "errors"
        parts = self.path.parts
        return parts[1] if len(parts) > 2 and parts[0] == "bot" and parts[1] in _LEVEL_OF else None

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed source."""
        return ast.parse(self.text)


def read(root: Path, *folders: str) -> list[Module]:
    """Return every Python file in the folders."""
    paths = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return [Module(path.relative_to(root), path.read_text(encoding="utf-8")) for path in paths]


def fullest_folder(modules: Sequence[Module]) -> tuple[int, str]:
    """Return the most Python files that lie directly in one folder, and that folder."""
    counts = Counter(module.path.parent.as_posix() for module in modules)
    folder, count = counts.most_common(1)[0]
    return count, folder


def shared_class_names(modules: Sequence[Module]) -> Places:
    """Return the class names that several modules define at top level, with their places."""
    places = defaultdict(list)
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{module.path}:{node.lineno}")
    return {name: found for name, found in sorted(places.items()) if len(found) > 1}


def imports(modules: Sequence[Module]) -> dict[str, set[str]]:
    """Return, for each module name, the other modules that it imports, in functions too."""
    names = {module.name for module in modules}
    return {
        module.name: {name for name in _imported(module, names) if name != module.name}
        for module in modules
    }


def _imported(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom):
            folder = module.path.parts[: -node.level] if node.level else ()
            origin = ".".join((*folder, *filter(None, [node.module])))
            found = {f"{origin}.{alias.name}" for alias in node.names}
            yield from found & names
            if origin in names and not found <= names:
                yield origin


def small_with_one_importer(
    modules: Sequence[Module], imported: Mapping[str, set[str]]
) -> list[tuple[Module, str]]:
    """Return the modules under SMALL lines with exactly one importer, and that importer."""
    importers: dict[str, list[str]] = defaultdict(list)
    for name, targets in imported.items():
        for target in targets:
            importers[target].append(name)
    small = (one for one in modules if one.lines < SMALL and not one.path.stem.startswith("__"))
    return [(one, importers[one.name][0]) for one in small if len(importers[one.name]) == 1]


def function_lengths(modules: Sequence[Module]) -> list[tuple[int, str]]:
    """Return the lines of every function without its docstring, and its place, shortest first."""
    return sorted(
        (_body_length(node), f"{module.path}:{node.lineno} {node.name}")
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, _Function)
    )


def _body_length(node: _Function) -> int:
    return _lines(node) - (_lines(node.body[0]) if ast.get_docstring(node) is not None else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def cycles(imported: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or through others."""
    reach = {name: _reachable(name, imported) for name in imported}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other]))
        for name in imported
        if name in reach[name]
    }
    return [list(group) for group in sorted(groups)]


def _reachable(start: str, imported: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = imported.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def against_the_order(modules: Sequence[Module], imported: Mapping[str, set[str]]) -> list[str]:
    """Return the imports from one room of bot into a sibling or a higher room."""
    rooms = {module.name: module.room for module in modules if module.room}
    return [
        f"{name} imports {target}"
        for name in sorted(rooms)
        for target in sorted(imported[name] & rooms.keys())
        if rooms[target] != rooms[name] and _LEVEL_OF[rooms[target]] >= _LEVEL_OF[rooms[name]]
    ]


def report(root: Path) -> Iterator[str]:
    """Yield the lines that are printed: each count, and below it the places it counts."""
    modules = read(root, *PACKAGES)
    imported = imports(modules)
    count, folder = fullest_folder(modules)
    yield f"lines of {', '.join(PACKAGES)}: {sum(module.lines for module in modules):,}"
    yield f"modules: {len(modules)}"
    yield f"most files in one folder: {count} ({folder})"
    shared = shared_class_names(modules)
    places = sum(map(len, shared.values()))
    yield f"class names with more than one meaning: {len(shared)} ({places} classes)"
    yield from (f"    {name}: {', '.join(found)}" for name, found in shared.items())
    small = small_with_one_importer(modules, imported)
    yield f"modules under {SMALL} lines with one importer: {len(small)}"
    yield from (f"    {one.path} ({one.lines} lines): only {user}" for one, user in small)
    yield f"lines of tests: {sum(module.lines for module in read(root, 'tests')):,}"
    lengths = function_lengths(modules)
    median, p90 = (lengths[int(len(lengths) * share)][0] for share in (0.5, 0.9))
    longest, place = lengths[-1]
    yield f"function length, median / p90 / max: {median} / {p90} / {longest} ({place})"
    for what, found in (
        ("import cycles", [" <-> ".join(group) for group in cycles(imported)]),
        ("imports against the order of rooms", against_the_order(modules, imported)),
    ):
        yield f"{what}: {len(found)}"
        yield from (f"    {line}" for line in found)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    print(*report(Path(sys.argv[1]) if len(sys.argv) > 1 else here), sep="\n")
