"""Parse documents in a child process with limits on memory, time and size of the answer.

Bytes go in, a Document or a ReadError comes out, whatever the parser does: hang, crash, eat
memory. One child serves many documents; it starts at the first one and is replaced after an
overrun or a crash. ingest/sandbox_child.py is the other side.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from index.errors import ReadError
from ingest import document
from ingest.document import Document
from ingest.scratch import ScratchFolder

_log = logging.getLogger(__name__)

_MB = 1 << 20
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, getrusage(2)
_ROOT = str(Path(__file__).resolve().parent.parent)
_START = (
    "import json, sys; settings = json.loads(sys.argv[1]); sys.path[:] = settings['path']; "
    "from ingest.sandbox_child import main; main(settings)"
)
_FRAME_SPARE = 4096  # what a frame has beyond its document
_DAMAGED = "the file is damaged or hostile"


@dataclass(frozen=True)
class Limits:
    """What one document may cost."""

    seconds: float = 60.0  # of the clock, and of processor time
    memory_mb: int = 2048  # address space of the child
    reply_bytes: int = 64 * _MB
    characters: int = 2_000_000  # of all blocks together
    blocks: int = 20_000


class Sandbox:
    """A context manager around the child; `read` may be called from any thread, one at a time."""

    def __init__(
        self, limits: Limits | None = None, *, reader: str = "ingest.readers:read"
    ) -> None:
        """Prepare only: the child starts at the first `read`. `reader` is "module:function"."""
        self.limits = limits or Limits()
        self._reader = reader
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is no child."""
        return self._child.process.pid if self._child else None

    def read(self, data: bytes, name: str, media_type: str | None = None) -> Document:
        """Parse `data` in the child; raise ReadError with the reason where that does not work."""
        with self._lock:
            fresh = self._child is None
            try:
                return self._attempt(data, name, media_type)
            except _LostError as loss:
                if fresh or loss.overran:
                    raise ReadError(str(loss)) from None
            # An earlier document may have filled or damaged the process: judge this one alone.
            try:
                return self._attempt(data, name, media_type)
            except _LostError as loss:
                raise ReadError(str(loss)) from None

    def close(self) -> None:
        """End the child; the sandbox can be used again."""
        with self._lock:
            self._stop()

    def _attempt(self, data: bytes, name: str, media_type: str | None) -> Document:
        child = self._child = self._child or _Child(self.limits, self._reader)
        worn = True  # whatever goes wrong from here on costs the child
        try:
            header, payload = child.ask({"name": name, "media_type": media_type}, data)
            worn = bool(header.get("worn", True))
            return _judged(header, payload, self.limits)
        except document.WireError as error:
            worn = True
            raise ReadError(f"the parser answered with {error}; {_DAMAGED}") from error
        finally:
            if worn:
                self._stop()

    def _stop(self) -> None:
        if self._child:
            self._child.stop()
            self._child = None


class _LostError(Exception):
    """The child is gone, or useless; `overran` says that it was this document's time limit."""

    def __init__(self, reason: str, *, overran: bool = False) -> None:
        super().__init__(reason)
        self.overran = overran


class _Child:
    """One child process with the pipes to it."""

    def __init__(self, limits: Limits, reader: str) -> None:
        self._limits = limits
        self._overran = threading.Event()
        self._folder = ScratchFolder("sandbox")
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-I", "-S", "-B", "-c", _START, _settings(limits, reader)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=self._folder.path,
                env=_environment(),
                start_new_session=True,
            )
        except BaseException:
            self._folder.cleanup()
            raise
        assert self.process.stdin
        assert self.process.stdout
        self._requests = self.process.stdin.fileno()
        self._replies = self.process.stdout.fileno()

    def ask(self, header: document.Header, data: bytes) -> tuple[document.Header, bytes]:
        """Send one request and wait for its answer; raise _LostError if the child dies over it."""
        watchdog = threading.Timer(self._limits.seconds, self._overrun)
        watchdog.start()
        try:
            with suppress(BrokenPipeError):  # then the missing answer tells why
                document.send(self._requests, header, [data])
            reply, payload = document.receive(
                self._replies, self._limits.reply_bytes + _FRAME_SPARE
            )
        except EOFError:
            raise self._lost() from None
        finally:
            watchdog.cancel()
            watchdog.join()
        if self._overran.is_set():  # in the very moment of the answer
            reply["worn"] = True
        return reply, payload

    def stop(self) -> None:
        """Kill the child and all that it started, and clean up after it."""
        self._kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self._folder.cleanup()

    def _overrun(self) -> None:
        self._overran.set()
        self._kill()

    def _kill(self) -> None:
        if self.process.returncode is None:  # else the number may be another process by now
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _lost(self) -> _LostError:
        self._kill()  # does not change how a process ended that is ending already
        _, status, usage = os.wait4(self.process.pid, 0)
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        if self._overran.is_set() or code == -signal.SIGXCPU:
            return _LostError(_time_reason(self._limits), overran=True)
        if code >= 0:
            return _LostError(f"the parser ended without an answer (exit code {code}); {_DAMAGED}")
        # A child's peak begins with ours, which it had before it became itself.
        inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        own = usage.ru_maxrss if usage.ru_maxrss > inherited else 0
        large = own * _RSS_UNIT > self._limits.memory_mb * _MB / 2
        if large or code == -signal.SIGKILL:  # by the system, that is, when it has no memory left
            return _LostError(_memory_reason(self._limits))
        return _LostError(f"the parser crashed ({signal.Signals(-code).name}); {_DAMAGED}")


def _judged(header: document.Header, payload: bytes, limits: Limits) -> Document:
    status = header.get("status")
    message = " ".join(str(header.get("message")).split())[:500]
    if status == "read":
        return document.to_document(header, payload)
    if status == "refused":
        raise ReadError(message)
    if status == "memory":
        raise _LostError(_memory_reason(limits))
    if status == "broken":
        raise ReadError(f"the installation is incomplete ({message}); install brief-bot again")
    _log.debug("a parser failed: %s", header.get("trace"))
    kind = str(header.get("type"))
    raise ReadError(
        f"the parser failed: {kind if kind.isidentifier() else 'unknown error'}; "
        "the file is probably damaged"
    )


def _time_reason(limits: Limits) -> str:
    fix = "split the document or raise BRIEFS_PARSE_SECONDS"
    return f"took longer than {limits.seconds:g} s; {fix}"


def _memory_reason(limits: Limits) -> str:
    fix = "split the document or raise BRIEFS_PARSE_MEGABYTES"
    return f"needs more than {limits.memory_mb} MB of memory; {fix}"


def _settings(limits: Limits, reader: str) -> str:
    return json.dumps(
        {
            "path": [_ROOT, *(str(entry) for entry in sys.path if entry and entry != _ROOT)],
            "reader": reader,
            # The kernel sends it when the starting *thread* ends, so only the main one may ask.
            "kill_signal": threading.current_thread() is threading.main_thread(),
            **asdict(limits),
        }
    )


def _environment() -> dict[str, str]:
    """Return the child's environment: no setting and no secret of ours reaches a parser."""
    kept = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE",) if name in os.environ}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", **kept}
