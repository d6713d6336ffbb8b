"""Try the Slack bot without a workspace: a small Slack of one's own, on this machine alone.

    python -m tests.slack.demo                     # prints the settings for `briefs slack`
    python -m tests.slack.demo -- briefs slack     # starts the bot with them, too

Open the address that it prints: you play everybody. Write "@briefs …" in a channel, or write to the
bot directly; hand it files; click what it shows.
"""

import argparse
import asyncio
import os
import signal
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDictProxy

from tests.slack.demo_page import Page
from tests.slack.fake import FakeSlack, Message, Rules, View, World
from tests.slack.fake.forms import block_id

PORT = 3900
Form = MultiDictProxy[Any]


def _world() -> World:
    """The small one, its guest in a channel of her own: where guests read, little is answered."""
    world = World.small()
    world.channel("general").members.discard(world.user("gwen").id)
    world.add_channel("visitors", members=("alice", "gwen"))
    return world


class Demo(FakeSlack):
    """The fake with a page."""

    def __init__(self) -> None:
        super().__init__(world=_world(), rules=Rules(ack_seconds=10.0))
        self.errors: dict[str, str] = {}  # of a submission, by view

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._page)
        app.router.add_get("/feed", self._feed)
        app.router.add_post("/do/{verb}", self._do)

    def _seen(self, asked: Any) -> Page:
        user = self.world.user(str(asked.get("as") or "alice"))
        where = str(asked.get("in") or self.world.channel("general").id)
        channel = None if where == "home" else self.world.channel(where)
        if channel and user.id not in channel.members:
            channel = self.world.direct(user.id)
        return Page(self, user, channel)

    async def _page(self, request: web.Request) -> web.Response:
        page = self._seen(request.query)
        if page.channel is None or page.channel.kind == "im":
            tab = "home" if page.channel is None else "messages"
            await self.open_home(page.user.name, tab)
            await asyncio.sleep(0.3)  # time for the bot to publish it
        return web.Response(text=page.whole(), content_type="text/html")

    async def _feed(self, request: web.Request) -> web.Response:
        return web.Response(text=self._seen(request.query).feed(), content_type="text/html")

    async def _do(self, request: web.Request) -> web.Response:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return web.Response(status=403, text="this page is for its own forms")
        form = await request.post()
        page = self._seen(form)
        verb = getattr(self, f"_{request.match_info['verb']}_it", None)
        if verb:
            with suppress(LookupError, AssertionError):  # gone, or no longer to be clicked
                await verb(page, form)
        place = page.channel.id if page.channel else "home"
        query = urlencode({"as": page.user.name, "in": place})
        raise web.HTTPSeeOther(f"/?{query}")

    async def _say_it(self, page: Page, form: Form) -> None:
        assert page.channel
        text, name = str(form.get("text") or ""), page.user.name
        given = form.get("file")
        if isinstance(given, web.FileField) and given.filename:
            await self.drop_file(
                given.filename, given.file.read(), name, page.channel.id, text=text,
                mimetype=given.content_type,
            )  # fmt: skip
        elif text.startswith("/"):
            command, _, rest = text.partition(" ")
            self.later(self.command(command, rest.strip(), name, page.channel.id))
        elif text:
            await self.say(page.channel.id, name, text, str(form.get("root") or "") or None)

    def _clicked(self, form: Form) -> Message | View:
        if "view" in form:
            found = [v for v in [*self.world.views, *self.world.homes.values()]
                     if v.id == form["view"]]  # fmt: skip
            return found[0]
        said = self.world.ephemeral if "aside" in form else self.world.messages.values()
        return [m for m in said if m.ts in {form.get("aside"), form.get("m")}][0]  # noqa: RUF015

    async def _click_it(self, page: Page, form: Form) -> None:
        given = form.getall("choice", [])
        choice = given if len(given) > 1 else next(iter(given), None)
        click = self.click(self._clicked(form), str(form["what"]), page.user.name, choice=choice)
        self.later(click)
        await asyncio.sleep(0.3)

    async def _submit_it(self, page: Page, form: Form) -> None:
        view = self._clicked(form)
        assert isinstance(view, View)
        said = await self.submit(view, self._values(view, page, form))
        wrong = said.get("errors") if isinstance(said, dict) else None
        self.errors = {view.id: "; ".join(wrong.values())} if wrong else {}

    def _values(self, view: View, page: Page, form: Form) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for number, block in enumerate(view.view["blocks"]):
            if block["type"] != "input":
                continue
            name, kind = block_id(block, number), block["element"]["type"]
            given = form.getall(name, [])
            if kind == "file_input":
                files = [
                    self.file(one.filename, one.file.read(), page.user.name, one.content_type)
                    for one in given
                    if isinstance(one, web.FileField) and one.filename
                ]
                values[name] = [one.wire(self.world) for one in files]
            elif kind.startswith("multi_"):
                values[name] = given
            elif given and given[0]:
                values[name] = given[0]
        return values

    async def _close_it(self, page: Page, form: Form) -> None:
        view = self._clicked(form)
        if isinstance(view, View):
            view.open = False

    async def _shortcut_it(self, page: Page, form: Form) -> None:
        assert page.channel
        callback, ts = str(form["callback"]), str(form["m"])
        self.later(self.shortcut(callback, page.user.name, page.channel.id, ts))

    async def _edit_it(self, page: Page, form: Form) -> None:
        assert page.channel
        await self.edit(page.channel.id, str(form["m"]), str(form["text"]))

    async def _delete_it(self, page: Page, form: Form) -> None:
        assert page.channel
        await self.delete(page.channel.id, str(form["m"]))

    async def _stop_it(self, page: Page, form: Form) -> None:
        assert page.channel
        await self.stop_session(page.channel.id, str(form["root"]), page.user.name)


async def serve(port: int, command: list[str]) -> int:
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    demo = Demo()
    await demo.start(port)
    try:
        print(f"Your own small Slack: {demo.base}/\n", flush=True)
        for name, value in demo.environment().items():
            print(f"export {name}={value}", flush=True)
        if command:
            return await run(command, demo.environment())
        print("\nNow start `briefs slack` with these settings. Ctrl-C ends this.", flush=True)
        await asyncio.Event().wait()
        return 0
    finally:
        await demo.stop()


async def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the bot with these settings beside us; it ends when we do."""
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    inherited = {k: v for k, v in os.environ.items() if k.lower() not in proxies}
    bot = await asyncio.create_subprocess_exec(*command, env=inherited | environment)
    try:
        return await bot.wait()
    finally:
        if bot.returncode is None:
            bot.terminate()
            await bot.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT, help=f"port on loopback [{PORT}]")
    parser.add_argument("command", nargs="*", help="what to start with the settings, after --")
    given = parser.parse_args()
    try:
        return asyncio.run(serve(given.port, given.command))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 0
    except OSError as error:
        print(f"port {given.port} cannot be had ({error.strerror}); choose another with --port")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
