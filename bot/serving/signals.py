"""Wait for the end: a signal, or a task that should have gone on."""

import asyncio
import signal


def heard() -> asyncio.Event:
    """Have signals heard from now on, and return what is set when the process is told to end.

    Called before anything is begun: what is begun by then is ended in order.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, told.set)
    return told


async def until(told: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Return when the process is told to end; raise what ended one of the tasks before that."""
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()
