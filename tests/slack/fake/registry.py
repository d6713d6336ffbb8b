"""The Web API's methods by name, each with the scopes it needs; and how one refuses."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack

Arguments = dict[str, Any]
Method = Callable[["FakeSlack", Arguments], dict[str, Any]]

METHODS: dict[str, tuple[Method, str | None]] = {}


class Refused(Exception):
    """`ok: false` with an error's code; what else the answer holds."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


def method(name: str, scope: str | None = None) -> Callable[[Method], Method]:
    """Register a method of the Web API."""

    def register(function: Method) -> Method:
        METHODS[name] = (function, scope)
        return function

    return register


def need(args: Arguments, *names: str) -> None:
    """Refuse when an argument is missing."""
    missing = [name for name in names if args.get(name) in (None, "")]
    if missing:
        raise Refused(
            "invalid_arguments",
            response_metadata={"messages": [f"[ERROR] missing required field: {missing[0]}"]},
        )


def truth(value: Any) -> bool:
    """Slack's booleans come as JSON, as 1/0 and as words."""
    return value in (True, 1, "1", "true", "True")


def number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
