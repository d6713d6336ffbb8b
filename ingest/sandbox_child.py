"""The child side of the sandbox: read one document after another under limits, answer in frames.

Started by ingest/sandbox.py, imported by nothing else. The kernel limits memory, processor time
and files, and on Linux cuts off the network; an audit hook refuses sockets, new processes and
written files, which guards against accidents in Python code and is no jail for native code.
"""

import os
import resource
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from index.errors import ReadError
from ingest import document as wire
from ingest.document import Document

_MB = 1 << 20
_OPEN_FILES = 64
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MEMORY_NEARLY_GONE = 0.9  # of the limit: a failure at such a peak is put down to memory
_WORN = 0.5  # of the limit: a process this big gives way to a fresh one
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h

# Names of audit events: https://docs.python.org/3/library/audit_events.html
_REFUSED = frozenset(
    f"os.{name}"
    for name in (
        *("exec", "fork", "forkpty", "posix_spawn", "spawn", "system"),
        *("chmod", "chown", "link", "mkdir", "remove", "rename", "rmdir", "symlink", "truncate"),
    )
) | {
    *("pty.spawn", "subprocess.Popen"),
    *("socket.__new__", "socket.bind", "socket.connect"),
    *("socket.getaddrinfo", "socket.gethostbyname"),
}

Reader = Callable[[bytes, str, str | None], Document]


def main(settings: dict[str, Any]) -> NoReturn:
    """Answer requests on standard input until its writer is gone."""
    _leave_the_network()
    requests, replies = _private_pipes()
    _die_with_parent(requests, kill_signal=settings["kill_signal"])
    if _peak_bytes() > settings["memory_mb"] * _MB * _MEMORY_NEARLY_GONE:
        wire.send(replies, {"status": "memory"})  # while there is memory to say it
        os._exit(1)
    _limit(settings)
    while True:
        header, data = wire.receive(requests)
        _allow_seconds(settings["seconds"])
        wire.send(replies, *_answer(header, data, settings))


def _answer(
    header: wire.Header, data: bytes, settings: dict[str, Any]
) -> tuple[wire.Header, list[bytes]]:
    try:
        document = _imported(settings["reader"])(data, header["name"], header["media_type"])
        _check_size(document, settings)
        reply, parts = wire.from_document(document)
        size = wire.frame_size(reply, parts)
        if size > settings["reply_bytes"]:
            raise ReadError(
                f"gives {size / _MB:,.0f} MB of text and attachments; the limit is "
                f"{settings['reply_bytes'] // _MB} MB; split it"
            )
        return {"status": "read", "worn": _peak() > _WORN, **reply}, parts
    except BaseException as error:
        return _failure(error), []


def _failure(error: BaseException) -> wire.Header:
    if _is_memory(error) or _peak() > _MEMORY_NEARLY_GONE:
        return {"status": "memory", "worn": True}
    if isinstance(error, ReadError):
        return {"status": "refused", "worn": _peak() > _WORN, "message": str(error)[:2000]}
    if isinstance(error, ImportError):
        return {"status": "broken", "worn": True, "message": str(error)[:500]}
    trace = "".join(traceback.format_exception(error, limit=-20))[-20_000:]
    return {"status": "failed", "worn": True, "type": type(error).__name__, "trace": trace}


def _is_memory(error: BaseException | None) -> bool:
    """Tell whether a lack of memory started it, also where a reader made it another error."""
    for _ in range(20):
        if error is None:
            return False
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _check_size(document: Document, settings: dict[str, Any]) -> None:
    characters = sum(len(block.text) for block in document.blocks)
    for count, limit, what in (
        (characters, settings["characters"], "characters of text"),
        (len(document.blocks), settings["blocks"], "paragraphs and headings"),
    ):
        if count > limit:
            raise ReadError(f"has {count:,} {what}; the limit is {limit:,}; split it")


def _imported(name: str) -> Reader:
    module, _, function = name.partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader


def _private_pipes() -> tuple[int, int]:
    """Move the protocol off descriptors 0 and 1, so that a print in a parser goes nowhere."""
    requests, replies = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return requests, replies


def _leave_the_network() -> None:
    """Move into a network of our own, which has no way out: native code looks nothing up either.

    Where the kernel does not let us, the guard in Python stands alone. Comes before any thread.
    """
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        if libc.unshare(_CLONE_NEWNET) != 0:  # only root may do it without a user namespace
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _die_with_parent(requests: int, kill_signal: bool) -> None:
    """End with the parent even in the middle of a document.

    The kernel's signal is asked for only where the parent's main thread started us: it comes when
    the *thread* that forked ends. The watching thread works everywhere, as long as the parser lets
    go of the interpreter's lock.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_on_hang_up, args=(requests,), daemon=True).start()
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if kill_signal:
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def _exit_on_hang_up(requests: int) -> None:
    poll = select.poll()
    poll.register(requests, 0)  # a hang-up is reported even where no event is asked for
    poll.poll()
    os._exit(0)


def _limit(settings: dict[str, Any]) -> None:
    _set_limit(resource.RLIMIT_AS, settings["memory_mb"] * _MB)
    _set_limit(resource.RLIMIT_FSIZE, 0)
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    sys.addaudithook(_refuse)


def _set_limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        if sys.platform == "linux":  # other systems do not know every limit
            raise


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITING and path != os.devnull:
            raise PermissionError("a parser may not write files")
    elif event in _REFUSED:
        raise PermissionError(f"a parser may not do {event}")


def _allow_seconds(seconds: float) -> None:
    """Set the processor time's limit to what is used up plus the allowance, rounded up."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(usage.ru_utime + usage.ru_stime + seconds) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or limit <= hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _peak() -> float:
    """Return the largest address space so far as a share of the limit; 0 where it is not known."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return 0.0 if limit == resource.RLIM_INFINITY else _peak_bytes() / limit


def _peak_bytes() -> int:
    if sys.platform != "linux":
        return 0
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - pathlib is not imported here
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(b"VmPeak:"))
