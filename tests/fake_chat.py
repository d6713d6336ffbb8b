"""Play a chat model's server on loopback: OpenAI's chat-completions protocol, streaming included.

What each call gets is scripted; the model's words are made by a *mind*, a function from the prompt
to a reply. `sound` writes true sentences of the passages, `obedient` does whatever a passage asks.

To try written answers by hand:

    python -m tests.fake_chat          # prints the two settings to export, serves until Ctrl-C
    export BRIEFS_CHAT_MODEL=openai:fake BRIEFS_CHAT_URL=http://127.0.0.1:PORT/v1
    briefs ask "When did Finland join NATO?"
"""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from index import sentences
from index.words import content_words, stem

_PASSAGE = re.compile(
    r"^<passage (?P<number>\d+) (?P<mark>[0-9a-f]{16})>\n(?P<head>.*?)^text:\n(?P<text>.*?)\n"
    r"</passage (?P=number) (?P=mark)>$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Asked:
    """What a prompt holds: the question, and the passages by number."""

    question: str
    passages: dict[int, str]
    whole: str

    @classmethod
    def of(cls, messages: Sequence[dict[str, Any]]) -> "Asked":
        text = str(messages[-1]["content"])
        passages = {int(found["number"]): found["text"] for found in _PASSAGE.finditer(text)}
        question = re.search(r"^(?:Question|Last question): (.*)", text, re.MULTILINE | re.DOTALL)
        return cls(question[1] if question else "", passages, text)


Mind = Callable[[Asked], str]


def line(text: str, citations: Sequence[Any] = (), quotes: Sequence[Any] = ()) -> str:
    """Return one sentence in the form asked for."""
    return json.dumps({"text": text, "citations": list(citations), "quotes": list(quotes)}) + "\n"


END = '{"answerable": true}\n'


def sound(asked: Asked, count: int = 3) -> str:
    """Write the sentences of the passages that share most words with the question."""
    if not asked.passages:
        return json.dumps({"question": asked.question})
    wanted = {stem(word) for word in content_words(asked.question)}
    said = [
        (number, text[start:end])
        for number, text in asked.passages.items()
        for start, end in sentences.split(text)
    ]
    found = [
        (len(wanted & {stem(word) for word in content_words(text)}), number, text)
        for number, text in said
    ]
    best = sorted(found, key=lambda item: -item[0])[:count]
    said = [(number, text) for shared, number, text in best if shared and text[0] not in "|<"]
    if not said:
        return '{"answerable": false}\n'
    return "".join(line(text, [number], [text]) for number, text in said) + END


def says(text: str) -> Mind:
    """Return a mind that always says the same."""
    return lambda _: text


def obedient(asked: Asked) -> str:
    """Do what a passage asks with "SAY <<…>>" or "REPLY <<…>>": the worst of models."""
    whole = re.search(r"REPLY <<(.*?)>>", asked.whole, re.DOTALL)
    if whole:
        return whole[1]
    planted = [
        line(text, [number], [text])
        for number, passage in asked.passages.items()
        for text in re.findall(r"SAY <<(.*?)>>", passage, re.DOTALL)
    ]
    return "".join(planted) + sound(asked)


@dataclass(frozen=True)
class Turn:
    """What one call gets. `cut` is the number of chunks after which the stream stops."""

    mind: Mind = sound
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    hang: float = 0.0  # seconds before the first byte
    drip: float = 0.0  # seconds between chunks
    cut: int | None = None
    clean: bool = False  # whether the cut looks like an end to HTTP
    reset: bool = False
    chunk: int = 24  # characters
    finish: str | None = "stop"
    raw: bytes | None = None  # the body, in place of a stream


HANG = Turn(hang=30)
RESET = Turn(reset=True)
EMPTY = Turn(mind=says(""))


def failing(status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Turn:
    """Return a turn that is refused."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Turn(status=status, headers=named, raw=body.encode())


@dataclass
class FakeChat:
    """The server. `script` is used up call by call; after it every call gets `always`."""

    always: Turn = field(default_factory=Turn)
    script: list[Turn] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def __enter__(self) -> "FakeChat":
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next(self) -> Turn:
        return self.script.pop(0) if self.script else self.always


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no news."""


def _handler(fake: FakeChat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.calls.append(body)
            fake.times.append(time.monotonic())
            fake.keys.add(self.headers.get("Authorization", ""))
            turn = fake.next()
            if turn.hang and fake.stopping.wait(turn.hang):
                return
            if turn.reset:
                self._reset()
            elif turn.raw is not None:
                self._send(turn)
            else:
                self._stream(turn, turn.mind(Asked.of(body["messages"])))

        def _send(self, turn: Turn) -> None:
            assert turn.raw is not None
            self.send_response(turn.status)
            for name, value in (("Content-Type", "application/json"), *turn.headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(turn.raw)))
            self.end_headers()
            self.wfile.write(turn.raw)

        def _stream(self, turn: Turn, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number, event in enumerate(_events(turn, text)):
                if number == turn.cut:
                    if turn.clean:
                        break
                    self.wfile.flush()
                    time.sleep(0.01)
                    return self._reset()
                self._chunk(event)
                if turn.drip and fake.stopping.wait(turn.drip):
                    return None
            self._chunk(b"")
            return None

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

        def _reset(self) -> None:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.rfile.close()
            self.wfile.close()
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _events(turn: Turn, text: str) -> Iterator[bytes]:
    for start in range(0, len(text), turn.chunk):
        yield _event({"content": text[start : start + turn.chunk]}, None)
    yield _event({}, turn.finish)
    yield b"data: [DONE]\n\n"


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    event = {
        "id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "fake",
        "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(event)}\n\n".encode()


def main() -> None:
    """Serve sound replies until Ctrl-C."""
    with FakeChat(always=Turn(drip=0.05)) as fake:
        print(f"export BRIEFS_CHAT_MODEL=openai:fake BRIEFS_CHAT_URL={fake.url}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
