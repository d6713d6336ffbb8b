"""What a parser does in its sandbox never reaches the process that asked."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import ReadError
from ingest.document import Document
from ingest.sandbox import Limits, Sandbox

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
READER = "hostile_readers:read"

MakeSandbox = Callable[..., Sandbox]


@pytest.fixture
def make_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSandbox]:
    monkeypatch.syspath_prepend(str(HERE))
    made: list[Sandbox] = []

    def make(**limits: Any) -> Sandbox:
        made.append(Sandbox(Limits(**limits), reader=READER))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


@pytest.fixture
def sandbox(make_sandbox: MakeSandbox) -> Sandbox:
    return make_sandbox()


def text_of(document: Document) -> str:
    (block,) = document.blocks
    return block.text


def _namespaces() -> bool:
    """Tell whether the kernel lets a process leave the network, as root or in a user namespace."""
    script = (
        "import ctypes, sys; leave = ctypes.CDLL(None).unshare;"
        "sys.exit(leave(0x40000000) and leave(0x50000000))"
    )
    return subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


HAS_NAMESPACES = sys.platform == "linux" and _namespaces()


def alive(pid: int) -> bool:
    """Tell whether a process still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_no_child_runs_before_the_first_document(sandbox: Sandbox) -> None:
    assert sandbox.pid is None
    sandbox.read(b"x", "plain")
    assert sandbox.pid


def test_one_child_serves_many_documents_of_all_sizes(sandbox: Sandbox) -> None:
    sandbox.read(b"", "plain")
    pid = sandbox.pid
    for size in (0, 1, 65_535, 65_536, 1_999_999):
        assert len(text_of(sandbox.read(b"a" * size, "plain"))) == size
    with pytest.raises(ReadError):
        sandbox.read(b"", "refuse")
    assert sandbox.pid == pid


def test_a_readers_refusal_arrives_with_its_words(sandbox: Sandbox) -> None:
    with pytest.raises(ReadError, match=r"^encrypted; remove the password and ingest it again$"):
        sandbox.read(b"", "refuse")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fail", "the parser failed: ValueError; the file is probably damaged"),
        ("recurse", "the parser failed: RecursionError; the file is probably damaged"),
        ("exit", "the parser failed: SystemExit; the file is probably damaged"),
        ("segfault", "the parser crashed (SIGSEGV); the file is damaged or hostile"),
        ("kill", "the parser crashed (SIGBUS); the file is damaged or hostile"),
        (
            "hard_exit",
            "the parser ended without an answer (exit code 3); the file is damaged or hostile",
        ),
        (
            "missing",
            "the installation is incomplete (No module named 'no_such_library'); "
            "install brief-bot again",
        ),
    ],
)
def test_a_failing_parser_is_one_clear_line_and_the_next_document_works(
    sandbox, name, reason
) -> None:
    """Turns every failure into a ReadError without traceback and goes on with a fresh child."""
    with pytest.raises(ReadError) as caught:
        sandbox.read(b"", name)
    assert str(caught.value) == reason
    assert text_of(sandbox.read(b"next", "plain")) == "next"


@pytest.mark.parametrize("name", ["spin", "sleep"])
def test_a_parser_that_does_not_end_is_stopped(make_sandbox: MakeSandbox, name: str) -> None:
    """Kills the child at its limit, busy or idle, and says which setting raises it."""
    sandbox = make_sandbox(seconds=3)
    with pytest.raises(ReadError) as caught:
        sandbox.read(b"", name)
    assert str(caught.value) == (
        "took longer than 3 s; split the document or raise BRIEFS_PARSE_SECONDS"
    )
    assert text_of(sandbox.read(b"next", "plain")) == "next"


def test_a_parser_gets_its_processor_time_again_for_each_document(
    make_sandbox: MakeSandbox,
) -> None:
    """Raises the limit on processor time before each document."""
    sandbox = make_sandbox(seconds=3)
    for _ in range(3):
        with pytest.raises(ReadError, match="took longer"):
            sandbox.read(b"", "spin")
        assert text_of(sandbox.read(b"", "plain")) == ""


@pytest.mark.parametrize("name", ["eat", "eat_and_hide"])
def test_a_parser_cannot_take_more_memory_than_allowed(
    make_sandbox: MakeSandbox, name: str
) -> None:
    """Names memory as the reason, also where the reader took it for a damaged file."""
    sandbox = make_sandbox(memory_mb=400)
    with pytest.raises(ReadError) as caught:
        sandbox.read(b"", name)
    assert str(caught.value) == (
        "needs more than 400 MB of memory; split the document or raise BRIEFS_PARSE_MEGABYTES"
    )
    assert text_of(sandbox.read(b"next", "plain")) == "next"


@pytest.mark.parametrize("memory_mb", [1, 30, 60])
def test_a_limit_below_what_the_child_itself_needs_is_named(make_sandbox, memory_mb) -> None:
    with pytest.raises(ReadError, match=f"^needs more than {memory_mb} MB of memory"):
        make_sandbox(memory_mb=memory_mb).read(b"", "plain")


def test_a_document_does_not_pay_for_the_memory_of_earlier_ones(make_sandbox: MakeSandbox) -> None:
    """Replaces a child that has grown past half of its limit."""
    sandbox = make_sandbox(memory_mb=400)
    assert [text_of(sandbox.read(b"", "keep")) for _ in range(4)] == ["1"] * 4


@pytest.mark.parametrize(
    ("name", "data"), [("connect", None), ("fork", b""), ("start", b""), ("write", None)]
)
def test_a_parser_may_not_reach_out(sandbox, tmp_path, name, data) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = str(server.getsockname()[1] if name == "connect" else tmp_path / "out")
        with pytest.raises(ReadError, match=r"^the parser failed: PermissionError"):
            sandbox.read(target.encode() if data is None else data, name)
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(not HAS_NAMESPACES, reason="this kernel gives no network namespaces")
def test_native_code_reaches_nobody(sandbox: Sandbox) -> None:
    """Not even this machine, by the kernel's word, beyond the guard in Python."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        assert text_of(sandbox.read(port.encode(), "native_connect")) == "-1"


def test_native_code_cannot_write_into_files(sandbox: Sandbox, tmp_path: Path) -> None:
    """Holds files at size 0 by the kernel's limit, beyond the guard in Python."""
    target = tmp_path / "target"
    target.touch()
    assert text_of(sandbox.read(os.fsencode(target), "native_write")) == "-1"
    assert target.read_bytes() == b""


def test_a_parser_works_in_an_empty_folder_that_is_gone_afterwards(sandbox: Sandbox) -> None:
    assert text_of(sandbox.read(b"", "write_here")) == "[]"
    folder = Path(f"/proc/{sandbox.pid}/cwd").readlink()
    sandbox.close()
    assert not folder.exists()


def test_a_parser_sees_none_of_our_environment(sandbox, monkeypatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert text_of(sandbox.read(b"", "environment")).split() == [
        "LANG",
        "OPENBLAS_NUM_THREADS",
        "PATH",
    ]


def test_what_a_parser_prints_does_not_spoil_the_answer(sandbox, capfd) -> None:
    """Keeps the protocol apart from standard input, output and error."""
    assert text_of(sandbox.read(b"", "print")) == "printed ''"
    assert capfd.readouterr() == ("", "")


def test_a_huge_answer_is_refused(make_sandbox: MakeSandbox) -> None:
    with pytest.raises(ReadError, match=r"^gives 5 MB of text and attachments; the limit is 1 MB"):
        make_sandbox(reply_bytes=1 << 20).read(b"", "huge")


def test_too_much_text_is_refused_with_its_size(sandbox: Sandbox) -> None:
    assert sandbox.read(b"2000000", "long")
    with pytest.raises(ReadError) as caught:
        sandbox.read(b"2000001", "long")
    assert str(caught.value) == (
        "has 2,000,001 characters of text; the limit is 2,000,000; split it"
    )


def test_too_many_blocks_are_refused(sandbox: Sandbox) -> None:
    assert sandbox.read(b"20000", "many")
    with pytest.raises(
        ReadError, match=r"^has 20,001 paragraphs and headings; the limit is 20,000"
    ):
        sandbox.read(b"20001", "many")


def test_a_lone_surrogate_does_not_reach_the_store(sandbox: Sandbox) -> None:
    """Replaces what no database would take, without moving an offset."""
    assert text_of(sandbox.read(b"", "surrogate")) == "a\ufffdb"


def forged(header: object, payload: bytes = b"", sizes: tuple[int, int] | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack(">QQ", *(sizes or (len(text), len(payload)))) + text + payload


@pytest.mark.parametrize(
    "frame",
    [
        forged({}, sizes=(1 << 62, 0)),
        forged({}, sizes=(2, (1 << 64) - 1)),
        forged([]),
        forged({"status": "read"}),
        forged({"status": "read", "worn": False, "blocks": [["no kind", "x", 0, None, []]]}),
        forged({"status": "refused", "worn": False, "message": ["not", "a", "text"]}),
        forged({"status": ["read"]}),
        struct.pack(">QQ", 100_000, 0) + b"[" * 100_000,
        b"\xff" * 7,
        b"\x00" * 16 + b"\xff\xfe",
    ],
    ids=range(10),
)
def test_a_forged_answer_is_a_read_error(sandbox: Sandbox, frame: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        sandbox.read(frame, "forge")
    assert len(str(caught.value)) < 200
    assert text_of(sandbox.read(b"next", "plain")) == "next"


def test_ctrl_c_does_not_reach_the_child(sandbox: Sandbox) -> None:
    """Runs the child in a session of its own, deaf to SIGINT."""
    sandbox.read(b"", "plain")
    pid = sandbox.pid
    assert pid
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGINT)
    assert text_of(sandbox.read(b"next", "plain")) == "next"
    assert sandbox.pid == pid


INTERRUPTED = """
import os, signal, sys, threading
from ingest.sandbox import Limits, Sandbox
sandbox = Sandbox(Limits(), reader="hostile_readers:read")
sandbox.read(b"", "plain")
pid = sandbox.pid
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    sandbox.read(b"", "sleep")
except KeyboardInterrupt:
    print(pid, sandbox.read(b"next", "plain").blocks[0].text, flush=True)
sandbox.close()
"""


def test_ctrl_c_in_the_middle_of_a_document_ends_the_child() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    pid, said = done.stdout.split()
    assert said == "next"
    assert not alive(int(pid))


def test_a_child_that_was_killed_from_outside_is_replaced(sandbox: Sandbox) -> None:
    """Judges a document in a fresh child before it is blamed."""
    sandbox.read(b"", "plain")
    assert sandbox.pid
    os.kill(sandbox.pid, signal.SIGKILL)
    assert text_of(sandbox.read(b"next", "plain")) == "next"


def test_the_child_outlives_the_thread_that_started_it(sandbox: Sandbox) -> None:
    starter = threading.Thread(target=sandbox.read, args=(b"", "plain"))
    starter.start()
    starter.join()
    pid = sandbox.pid
    assert text_of(sandbox.read(b"next", "plain")) == "next"
    assert sandbox.pid == pid


def test_threads_take_turns(sandbox: Sandbox) -> None:
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = text_of(sandbox.read(str(number).encode() * 50_000, "plain"))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number) * 50_000 for number in range(8)}


def test_closing_ends_the_child(sandbox: Sandbox) -> None:
    with sandbox:
        sandbox.read(b"", "plain")
        pid = sandbox.pid
    assert pid
    assert not alive(pid)
    assert sandbox.pid is None


@pytest.mark.parametrize("name", ["spin", "sleep", "plain"])
@pytest.mark.parametrize("in_thread", [False, True])
def test_a_killed_parent_leaves_no_child(name: str, in_thread: bool) -> None:
    script = f"""
import sys, threading, time
sys.path[:0] = [{str(ROOT)!r}, {str(HERE)!r}]
from ingest.sandbox import Sandbox
sandbox = Sandbox(reader={READER!r})
def work():
    sandbox.read(b"", "plain")
    print(sandbox.pid, flush=True)
    sandbox.read(b"", {name!r})
    time.sleep(600)
threading.Thread(target=work).start() if {in_thread} else work()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    time.sleep(0.2)
    assert alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not alive(child))
