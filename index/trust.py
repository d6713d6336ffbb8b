"""Which settings files may say where data goes: the user's own, and those that the user trusts.

A file that belongs to somebody else, or that others can write, may name any server: passages and
keys would go there. It is trusted by its path and its content, so that a change is asked about.
"""

import hashlib
import json
import os
import shlex
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from index.errors import SettingsError, UntrustedFile
from index.storage.private import in_place_of_file

TRUSTED = "trusted.json"  # in the user's config folder: path -> SHA-256 of the content
ROOT = 0  # who can do whatever the user can


def refuse_stranger(path: Path, data: bytes, names: Collection[str], folder: Path) -> None:
    """Raise UntrustedFile if others may have written `names` there and nobody trusts it.

    `data` is what was read; `folder` the user's config folder.
    """
    why = stranger(path) if names else None
    if why and _remembered(folder).get(_key(path)) != _digest(data):
        full = str(path.absolute())
        raise UntrustedFile(
            full,
            f"{full}: {why}, and sets {', '.join(sorted(names))}, which may send briefs and keys "
            "elsewhere",
            f"if you wrote it: chmod go-w {shlex.quote(full)}; if you have read it and trust it: "
            f"briefs trust {shlex.quote(full)}",
        )


def trust(path: Path, folder: Path) -> None:
    """Remember that the user trusts a file as it is now."""
    try:
        if what := in_place_of_file(path):
            raise SettingsError(f"{path}: is {what}, not a file; check the path")
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    kept = _remembered(folder) | {_key(path): _digest(data)}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = folder / f"{TRUSTED}.{os.getpid()}"
        new.unlink(missing_ok=True)
        new.touch(0o600, exist_ok=False)
        new.write_text(json.dumps(kept, indent=1))
        new.replace(folder / TRUSTED)
    except OSError as error:
        raise SettingsError(
            f"{folder}: cannot be written ({error.strerror}); set XDG_CONFIG_HOME to a folder of "
            "yours"
        ) from None


def stranger(path: Path) -> str | None:
    """Return why others may have written a file; None if only its user, or root, can have."""
    if os.name != "posix":
        return None
    for found in (path.lstat(), path.stat()):  # a link and what it leads to
        if found.st_uid not in {ROOT, os.geteuid()}:
            return f"belongs to {_user(found.st_uid)}"
        if stat.S_ISLNK(found.st_mode):
            continue
        if found.st_mode & stat.S_IWOTH:
            return "can be written by everyone"
        if found.st_mode & stat.S_IWGRP and not _is_private(found.st_gid, found.st_uid):
            return "can be written by its group"
    return None


def _is_private(gid: int, uid: int) -> bool:
    """Whether a group is the one that some systems make for each user, with nobody else in it."""
    import grp
    import pwd

    with suppress(KeyError):
        group, name = grp.getgrgid(gid), pwd.getpwuid(uid).pw_name
        primary = {user.pw_name for user in pwd.getpwall() if user.pw_gid == gid}
        return group.gr_name == name and primary.union(group.gr_mem) <= {name}
    return False


def _user(uid: int) -> str:
    import pwd

    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return f"user {uid}"


def _remembered(folder: Path) -> dict[str, str]:
    path = folder / TRUSTED
    try:
        if in_place_of_file(path) or stranger(path):
            return {}
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _key(path: Path) -> str:
    return str(path.absolute())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
