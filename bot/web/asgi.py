"""The few words of ASGI that we speak: types, a plain answer, and the choice by path.

Knows nothing of what is served. https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """A whole response."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_json(cls, status: int, said: Mapping[str, Any]) -> "Answer":
        """Return the answer that says this object."""
        return cls(status, json.dumps(said) + "\n", "application/json")


async def reply(send: Send, answer: Answer) -> None:
    """Send a response; nobody is to keep it or to guess its kind."""
    body = answer.body.encode()
    lines = (
        ("content-type", answer.kind),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        *answer.headers,
    )
    headers = [(name.encode(), value.encode()) for name, value in lines]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def page(make: Callable[[], Awaitable[Answer]]) -> App:
    """Return an application that shows what `make` returns; it reads no body."""

    async def show(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await reply(send, await make())

    return show


class Site:
    """Applications by path, each with the methods that it takes, and one for all other paths."""

    def __init__(
        self, places: Mapping[str, tuple[Iterable[str], App]], rest: App | None = None
    ) -> None:
        """Remember what is where; without a `rest` other paths are not there."""
        self._rest = rest
        self._places = {path: (frozenset(takes), app) for path, (takes, app) in places.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what goes wrong is logged by its kind and answered with 500."""
        if scope["type"] != "http":
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._serve(scope, receive, noting)
        except Exception as error:  # its text may hold what was sent
            log.error("%s could not be served: %s", scope["path"], type(error).__name__)
            if begun:
                raise
            await reply(send, Answer(500, "it went wrong\n"))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        takes, app = self._places.get(scope["path"], (frozenset(), None))
        if app is None and self._rest:
            await self._rest(scope, receive, send)
        elif app is None:
            await reply(send, Answer(404, "nothing here\n"))
        elif scope["method"] not in takes:
            allow = (("allow", ", ".join(sorted(takes))),)
            await reply(send, Answer(405, "not in this way\n", headers=allow))
        else:
            await app(scope, receive, send)
