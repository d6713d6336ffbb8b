"""FakeSlack: the loopback server. Tokens, scopes and faults are handled here, methods elsewhere."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.slack.fake.faults import Fault, Faults
from tests.slack.fake.hooks import Hooks
from tests.slack.fake.methods import Triggers
from tests.slack.fake.player import Player
from tests.slack.fake.rules import METHODS, Refused, Rules
from tests.slack.fake.socket import Sockets
from tests.slack.fake.world import World

LOGIN = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"
)


@dataclass
class Call:
    """One call of the Web API, as it came and as it ended."""

    number: int
    method: str
    args: dict[str, Any]
    at: float  # monotonic
    outcome: str = "…"  # ok, an error's code, or the kind of a fault


SAFETY = 120.0  # seconds before a wait is given up


class FakeSlack(Player):
    """A workspace on loopback, stricter than Slack.

    fake = await FakeSlack().start(); …; await fake.stop()
    or: async with FakeSlack() as fake: …
    """

    bot_token = "xoxb-fake-1"
    app_token = "xapp-1-fake"
    signing_secret = "fake-signing-secret"

    def __init__(self, world: World | None = None, rules: Rules | None = None) -> None:
        self.world = world or World.small()
        self.rules = rules or Rules()
        self.faults = Faults()
        self.triggers = Triggers(self)
        self.hooks = Hooks(self)
        self.sockets = Sockets(self)
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.busy: Callable[[], bool] = lambda: False  # set: whether the bot is at work
        self.request_url: str | None = None  # set: events are posted there, signed (HTTP mode)
        self.base = ""
        self._runner: web.AppRunner | None = None
        self._posted_at: dict[str, float] = {}
        self._background: set[asyncio.Future[Any]] = set()

    @property
    def api(self) -> str:
        return f"{self.base}/api/"

    def environment(self) -> dict[str, str]:
        return {
            "SLACK_API_URL": self.api, "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token, "SLACK_SIGNING_SECRET": self.signing_secret,
        }  # fmt: skip

    def violate(self, words: str) -> None:
        """Note a breach of Slack's rules, with the call that it was in."""
        self.violations.append(words)

    async def start(self, port: int = 0) -> "FakeSlack":
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self.sockets.serve)
        app.router.add_post("/hook/{name}", self.hooks.serve)
        app.router.add_get("/files/{id}/{name}", self._file)
        self.add_routes(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = self.world.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    def add_routes(self, app: web.Application) -> None:
        """For pages of one's own, as the demo has."""

    async def stop(self) -> None:
        for task in list(self._background):
            task.cancel()
        await self.sockets.close()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> "FakeSlack":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # -- the Web API -------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name, args = request.match_info["method"], await _arguments(request)
        call = Call(len(self.calls) + 1, name, args, time.monotonic())
        self.calls.append(call)
        channel = str(args.get("channel") or args.get("channel_id") or "")
        early = self.faults.early(name, channel, self.rules.crossing_seconds)
        if early:
            self.violate(f"{name} came {early:.2f} s before its Retry-After ended")
        fault = self.faults.next(name, args) or self._too_fast(name, channel)
        if fault and fault.kind not in {"delayed", "lost"}:
            return await self._fail(request, call, fault, channel)
        if fault and fault.kind == "delayed":
            await asyncio.sleep(fault.seconds)
        before = len(self.violations)
        body = self._run(name, args, request)
        call.outcome = "ok" if body["ok"] else body["error"]
        where = f"{name} (call {call.number}): "
        self.violations[before:] = [where + words for words in self.violations[before:]]
        if fault and fault.kind == "lost":
            call.outcome = "lost"
            return _broken(request)
        return web.json_response(body, headers={"x-oauth-scopes": ",".join(self.rules.scopes)})

    def _run(self, name: str, args: dict[str, Any], request: web.Request) -> dict[str, Any]:
        try:
            self._check_token(name, args, request)
            if name not in METHODS:
                self.violate(f"unknown method {name}")
                raise Refused("unknown_method")
            function, scope = METHODS[name]
            if scope:
                self.require_scope(scope)
            return {"ok": True} | function(self, args)
        except Refused as error:
            return {"ok": False, "error": error.error} | error.more

    def require_scope(self, scope: str) -> None:
        if scope not in self.rules.scopes:
            provided = ",".join(sorted(self.rules.scopes))
            raise Refused("missing_scope", needed=scope, provided=provided)

    def _check_token(self, name: str, args: dict[str, Any], request: web.Request) -> None:
        if "token" in args:
            self.violate("a token among the arguments; it belongs into the header")
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not sent:
            raise Refused("not_authed")
        wanted = self.app_token if name == "apps.connections.open" else self.bot_token
        if sent != wanted:
            other = sent in {self.app_token, self.bot_token}
            raise Refused("not_allowed_token_type" if other else "invalid_auth")
        if self.rules.revoked:
            raise Refused("token_revoked")

    def _too_fast(self, name: str, channel: str) -> Fault | None:
        if limit := self.rules.per_minute.get(name):
            past = [one for one in self.calls if one.method == name and one.outcome == "ok"
                    and one.at > time.monotonic() - 60]  # fmt: skip
            if len(past) >= limit:
                return Fault("rate_limited", seconds=30, status=429)
        most = self.rules.posts_per_second
        if name != "chat.postMessage" or not most:
            return None
        now, last = time.monotonic(), self._posted_at.get(channel, 0.0)
        if now - last < 1 / most:
            return Fault("rate_limited", seconds=1, status=429)
        self._posted_at[channel] = now
        return None

    async def _fail(
        self, request: web.Request, call: Call, fault: Fault, channel: str
    ) -> web.StreamResponse:
        call.outcome = fault.error or fault.kind
        if fault.kind == "refused":
            return web.json_response({"ok": False, "error": fault.error})
        if fault.kind == "rate_limited":
            self.faults.told_to_wait(call.method, channel, fault.seconds)
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429,
                headers={"Retry-After": str(int(fault.seconds))},
            )  # fmt: skip
        if fault.kind == "status":
            return web.Response(status=fault.status, text="<html>upstream error</html>")
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        return _broken(request)

    # -- files -------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        found = self.world.files.get(request.match_info["id"])
        sent = request.headers.get("Authorization", "")
        if sent != f"Bearer {self.bot_token}" or "files:read" not in self.rules.scopes:
            return web.Response(text=LOGIN, content_type="text/html")  # 200, as Slack does
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.data, content_type=found.mimetype)

    # -- waiting -----------------------------------------------------------------------------

    async def until(self, true: Callable[[], Any], seconds: float = 120.0, what: str = "") -> Any:
        """Wait until something is so, and return it; never less than SAFETY on a busy machine."""
        end = time.monotonic() + max(seconds, SAFETY)
        while not (found := true()):
            if time.monotonic() > end:
                last = ", ".join(f"{call.method}:{call.outcome}" for call in self.calls[-8:])
                raise AssertionError(f"never so: {what} (last calls: {last})")
            await asyncio.sleep(0.01)
        return found


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments of a call: query string, JSON or form, as the SDK's clients send them."""
    args: dict[str, Any] = dict(request.query)
    raw = await request.read()
    if raw and request.content_type == "application/json":
        args |= json.loads(raw)
    elif raw:
        args |= dict(await request.post())
    return args


def _broken(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
