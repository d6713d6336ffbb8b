"""Wait for the end: a signal, or a task that should have gone on."""

import asyncio
import signal


async def until_told(*tasks: asyncio.Task[None]) -> None:
    """Return when the process is told to end; raise what ended one of the tasks before that."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, told.set)
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()
