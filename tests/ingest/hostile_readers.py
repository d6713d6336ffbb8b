"""Stand-ins for parsers, good and bad: the name of the document says what they do."""

import contextlib
import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from index.errors import ReadError
from ingest.document import Attachment, Block, BlockKind, Document

kept: list[bytearray] = []


def read(data: bytes, name: str, media_type: str | None = None) -> Document:
    """Do what `name` says with `data`; without a function of that name, hand the text back."""
    act = globals().get(f"_{name}")
    return act(data) if act else _document(data.decode())


def _document(text: str) -> Document:
    return Document((Block(BlockKind.PARAGRAPH, text),))


def _refuse(_: bytes) -> Document:
    raise ReadError("encrypted; remove the password and ingest it again")


def _fail(_: bytes) -> Document:
    raise ValueError("secret path /etc/x")


def _missing(_: bytes) -> Document:
    import no_such_library  # noqa: F401

    return _document("")


def _exit(_: bytes) -> Document:
    sys.exit("bye")


def _hard_exit(_: bytes) -> Document:
    os._exit(3)


def _segfault(_: bytes) -> Document:
    ctypes.string_at(0)
    return _document("")


def _kill(_: bytes) -> Document:
    os.kill(os.getpid(), signal.SIGBUS)
    time.sleep(10)
    return _document("")


def _spin(_: bytes) -> Document:
    while True:
        pass


def _sleep(_: bytes) -> Document:
    time.sleep(600)
    return _document("")


def _eat(_: bytes) -> Document:
    kept.extend(bytearray(20_000_000) for _ in range(1000))
    return _document("")


def _eat_and_hide(_: bytes) -> Document:
    try:
        return _document(str(len(bytearray(1 << 40))))
    except MemoryError as error:
        raise ReadError("damaged; mend it") from error


def _keep(data: bytes) -> Document:
    kept.append(bytearray(150_000_000))
    return _document(str(len(kept)))


def _recurse(data: bytes) -> Document:
    return _recurse(data)


def _write(data: bytes) -> Document:
    Path(data.decode()).write_text("x")
    return _document("written")


def _write_here(_: bytes) -> Document:
    with contextlib.suppress(PermissionError):
        Path("x").touch()
    return _document(str([*Path.cwd().iterdir()]))


def _native_write(data: bytes) -> Document:
    """Write past the audit hook, as a parser in C could."""
    libc = ctypes.CDLL(None)
    fd = libc.open(data, os.O_WRONLY)
    return _document(str(libc.write(fd, b"y", 1)))


def _connect(data: bytes) -> Document:
    socket.create_connection(("127.0.0.1", int(data)), timeout=5)
    return _document("connected")


def _native_connect(data: bytes) -> Document:
    """Connect to a port of this machine past the guard in Python."""
    libc = ctypes.CDLL(None)
    handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(int(data)), b"\x7f\0\0\x01")
    return _document(str(libc.connect(handle, address, len(address))))


def _fork(_: bytes) -> Document:
    os.fork()
    return _document("forked")


def _start(_: bytes) -> Document:
    subprocess.run(["/bin/true"], check=True)
    return _document("started")


def _print(_: bytes) -> Document:
    print("x" * 100_000)
    os.write(1, b"y" * 100_000)
    sys.stderr.write("z" * 100_000)
    sys.stdout.flush()
    return _document("printed " + repr(sys.stdin.read()))


def _environment(_: bytes) -> Document:
    return _document(" ".join(sorted(os.environ)))


def _huge(_: bytes) -> Document:
    return Document((), attachments=(Attachment("a", bytes(5_000_000)),))


def _long(data: bytes) -> Document:
    return _document("x" * int(data))


def _many(data: bytes) -> Document:
    return Document((Block(BlockKind.PARAGRAPH, "x"),) * int(data))


def _surrogate(_: bytes) -> Document:
    return _document("a\ud800b")


def _forge(data: bytes) -> Document:
    """Answer in the protocol's place, as code that took the process over could."""
    for fd in range(3, 10):
        with contextlib.suppress(OSError):
            os.write(fd, data)
    os._exit(0)


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """Collect the names looked up and the sockets made in this process; hooks cannot be removed."""
    heard: list[str] = []
    on = True

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if on and event in (
            "socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.__new__",
            "urllib.Request",
        ):  # fmt: skip
            heard.append(f"{event} {arguments}")

    sys.addaudithook(hear)
    try:
        yield heard
    finally:
        on = False
