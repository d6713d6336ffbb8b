"""Tell whether the files of a converted model are still what was converted.

Their sha256 are kept beside them, with size and time: loading compares these, and reads a file only
where they differ; `briefs doctor` reads all. What OpenVINO compiles of the model lies there too.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from index.storage.private import FILE

SUMS = "sums.json"
COMPILED = "compiled"
_MODEL = ("model.xml", "model.bin")

Sums = dict[str, tuple[str, int, int]]  # name to sha256, size in bytes, time in ns


def write_sums(folder: Path, names: Iterable[str] = _MODEL) -> None:
    """Keep the checksums of files of a folder, beside those that are kept already."""
    known = read_sums(folder)
    known |= {name: _sum(folder / name) for name in names if (folder / name).is_file()}
    known = {name: each for name, each in known.items() if (folder / name).is_file()}
    fresh = folder / f"{SUMS}.{os.getpid()}"
    with suppress(OSError):  # a folder that cannot be written to
        fresh.write_text(json.dumps(known), encoding="utf-8")
        fresh.chmod(FILE)
        fresh.replace(folder / SUMS)


def read_sums(folder: Path) -> Sums:
    """Return the checksums that are kept; {} for none, or for a file that is damaged itself."""
    try:
        found = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return {
            str(name): (str(sha256), int(size), int(time))
            for name, (sha256, size, time) in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def changed(folder: Path, *, thoroughly: bool = False) -> str | None:
    """Return which file of the converted model has changed, None for none.

    Without `thoroughly`, only files whose size or time has changed are read.
    """
    known = read_sums(folder)
    names = [name for name in _MODEL if name in known] or _MODEL
    return next((name for name in names if not _is_same(folder, name, known, thoroughly)), None)


def drop_changed_compiled(folder: Path, *, thoroughly: bool = False) -> tuple[str, ...]:
    """Delete compiled forms that are not what was compiled: they are made again; return them."""
    known = read_sums(folder)
    dropped: list[str] = []
    for file in _compiled(folder):
        name = f"{COMPILED}/{file.name}"
        if not _is_same(folder, name, known, thoroughly):
            with suppress(OSError):
                file.unlink()
                dropped.append(name)
    if dropped:
        write_sums(folder, ())  # without theirs
    return tuple(dropped)


def write_compiled_sums(folder: Path) -> None:
    """Keep the checksums of compiled forms that have none yet."""
    known = read_sums(folder)
    names = [f"{COMPILED}/{file.name}" for file in _compiled(folder)]
    if new := [name for name in names if name not in known]:
        write_sums(folder, new)


def _compiled(folder: Path) -> list[Path]:
    return sorted((folder / COMPILED).glob("*.blob"))


def _is_same(folder: Path, name: str, known: Sums, thoroughly: bool) -> bool:
    if name not in known:
        return False
    sha256, size, time = known[name]
    try:
        found = (folder / name).stat()
        if not thoroughly and (found.st_size, found.st_mtime_ns) == (size, time):
            return True
        return found.st_size == size and _sha256(folder / name) == sha256
    except OSError:
        return False


def _sum(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return _sha256(path), found.st_size, found.st_mtime_ns


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
