"""Read ahead in a thread, so that a deadline holds: a source of items in, items out in time."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import partial
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any

from bot.errors import ChatFailed

WAITING = 64  # items read ahead, at most
_LOOK = 0.1  # seconds between two looks at whether anybody still wants the items


class Pump:
    """Reads what `source` returns in a daemon thread."""

    def __init__(self, source: Callable[[], Iterable[Any]]) -> None:
        """Begin to read."""
        self._items: Queue[tuple[str, Any]] = Queue(WAITING)
        self._stopped = Event()
        self._source = source
        read = partial(copy_context().run, self._read)  # with the callbacks of whoever asks
        Thread(target=read, daemon=True, name="briefs-chat").start()

    @staticmethod
    def prepare() -> None:
        """Import what the thread needs, so that no deadline pays for it."""
        import langsmith

        _ = langsmith.tracing_context  # imported when it is first looked up

    def until(self, deadline: float) -> Iterator[Any]:
        """Yield the items; raise ChatFailed once `time.monotonic()` has passed the deadline.

        Raises what the source raised.
        """
        while True:
            try:
                kind, item = self._items.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise ChatFailed("The chat model did not answer in time") from None
            if kind == "end":
                return
            if kind == "error":
                raise item
            if time.monotonic() > deadline:
                raise ChatFailed("The chat model did not answer in time")
            yield item

    def stop(self) -> None:
        """Let the thread end at its next item; the source is closed by it."""
        self._stopped.set()

    def _read(self) -> None:
        try:
            with _untraced():
                for item in self._source():
                    if not self._put("item", item):
                        return
        except Exception as error:
            self._put("error", error)
        else:
            self._put("end", None)

    def _put(self, kind: str, item: Any) -> bool:
        while not self._stopped.is_set():
            try:
                self._items.put((kind, item), timeout=_LOOK)
            except Full:
                continue
            return True
        return False


def _untraced() -> AbstractContextManager[None]:
    """Return a context in which LangChain traces a call to nobody, whatever the environment says.

    Inside a chain, whoever runs it has decided that: we do in ours, a host program in its own.
    """
    from langchain_core.runnables.config import var_child_runnable_config
    from langsmith import tracing_context

    if var_child_runnable_config.get():
        return nullcontext()
    return tracing_context(enabled=False)
