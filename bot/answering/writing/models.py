"""Call the chat model that the settings name: messages in, pieces of text out, under a deadline.

The only module that knows LangChain's chat models. At most two calls for a reply, none while the
breaker is open or the day's allowance used up. Where a server refuses a temperature or a form, the
second is made without it. Whatever goes wrong is a ChatError, without a word of what server or
library said.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from bot.answering.writing.allowance import Allowance, Breaker
from bot.answering.writing.pump import Pump
from bot.errors import ChatError, ChatFailed, ChatTooLong, ChatUnavailable
from index.settings import Settings

TRIES = 2
PAUSE = 0.25  # seconds before the second try, where the server asks for none
EXTRAS = frozenset({"openai", "anthropic", "ollama"})  # of pyproject.toml
THINKING = 8_000  # tokens that a model may think before it writes, besides those of the reply
_CONTEXT = 1_024  # Ollama's num_ctx is a multiple of this
_TOO_LONG = (  # what servers say of a prompt that the model cannot hold
    "context_length", "context length", "context window", "context size", "prompt is too long",
    "input is too long", "prompt too long", "too many tokens", "token limit", "n_ctx",
    "contextoverflow",
)  # fmt: skip
_OF_FORM = (
    "response_format",
    "json_schema",
    "structured",
    "output_format",
    "output_config",
    "schema",
)

Message = tuple[str, str]  # role ("system" or "human"), text


@dataclass(frozen=True)
class Piece:
    """A piece of the reply; `finish` is said once, at its end, where the model says it."""

    text: str
    finish: str | None = None


@dataclass(frozen=True)
class Takes:
    """What a model takes: a temperature, a form to be held to; and whether it thinks first."""

    temperature: bool = True
    form: bool = False
    thinks: bool = False


class ChatModel:
    """A chat model that is imported and prepared when first needed. Safe to share by threads."""

    def __init__(
        self,
        settings: Settings,
        allowance: Allowance,
        breaker: Breaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
        client: Any = None,
    ) -> None:
        """Take the settings that name the model; `client` is one of LangChain's, ready to use."""
        self.name = settings.chat_model or type(client).__name__
        self.settings = settings
        self._allowance = allowance
        self._breaker = breaker or Breaker()
        self._sleep = sleep
        self._lock = Lock()
        self._client = client
        self._fault: ChatUnavailable | None = None
        self._given = client is not None  # ready: it is not made again with other options
        self._takes = Takes(temperature=client is None)
        self._settled = self._given  # its profile has been looked at

    def load(self) -> None:
        """Import and prepare the client; raise ChatUnavailable, saying what is missing."""
        with self._lock:
            if self._fault:
                raise self._fault
            if self._client is None:
                try:
                    found = _client(self.settings, self._takes, self._settled)
                    (self._client, self._takes), self._settled = found, True
                    Pump.prepare()
                except ChatUnavailable as fault:
                    self._fault = fault
                    raise

    @property
    def structured(self) -> bool:
        """Whether the model can be held to a schema; raises ChatUnavailable like `load`."""
        self.load()
        return self._takes.form

    def make_room(self) -> bool:
        """Allow for thinking in calls to come; return False where it is allowed for already."""
        if self._given:
            return False
        with self._lock:
            had, self._takes = self._takes.thinks, replace(self._takes, thinks=True)
            self._client = self._client if had else None
        return not had

    def stream(
        self,
        messages: Sequence[Message],
        *,
        seconds: float | None = None,
        tries: int = TRIES,
        schema: dict[str, Any] | None = None,
    ) -> Iterator[Piece]:
        """Yield the reply as it comes; raise ChatError where it fails or the time is over.

        `schema` is what a model is held to that can be.

        A second call is made only where the first gave nothing and a second may succeed. Close the
        iterator to break off.
        """
        self.load()  # the first time takes a second or two, which are not the model's
        deadline = time.monotonic() + (seconds or self.settings.chat_seconds)
        for left in range(tries - 1, -1, -1):
            begun = False
            try:
                for piece in self._once(messages, deadline, schema):
                    begun = True
                    yield piece
                return
            except ChatFailed as failure:
                if begun or not left or not self._again(failure, deadline):
                    raise

    def _once(
        self, messages: Sequence[Message], deadline: float, schema: dict[str, Any] | None
    ) -> Iterator[Piece]:
        self.load()
        if not self._breaker.allows():
            raise ChatUnavailable("The chat model is paused after repeated failures")
        self._allowance.take()
        begun = False
        client = self._client
        if schema and self._takes.form:  # without the parser behind it, which waits for the end
            client = client.with_structured_output(schema, method="json_schema").first
        pump = Pump(lambda: client.stream(list(messages)))
        try:
            for chunk in pump.until(deadline):
                begun = True
                yield Piece(str(chunk.text), _finish(chunk.response_metadata))
        except ChatError:  # the time is over
            self._breaker.failed()
            raise
        except Exception as error:
            if type(error).__name__ != "LengthFinishReasonError":
                raise self._failure(error, begun) from None
            yield Piece("", "length")  # OpenAI's client raises it where a form was asked for
        finally:
            pump.stop()
        self._breaker.succeeded()

    def _again(self, failure: ChatFailed, deadline: float) -> bool:
        """Wait as long as the server asks; return False where that is past the deadline."""
        wait = PAUSE if failure.retry_after is None else failure.retry_after
        if not failure.transient or time.monotonic() + wait >= deadline:
            return False
        self._sleep(wait)
        return True

    def _failure(self, error: Exception, begun: bool) -> ChatFailed:
        refused = not begun and _status(error) in (400, 422)
        told = (error, getattr(error, "code", ""), type(error).__name__)  # read, never repeated
        text = " ".join(map(str, told)).lower() if refused else ""
        if not begun and (_status(error) == 413 or any(one in text for one in _TOO_LONG)):
            return ChatTooLong("The passages are too long for the chat model")
        takes = self._takes
        if refused and takes.temperature and "temperature" in text:
            return self._without(replace(takes, temperature=False))
        if refused and takes.form and any(one in text for one in _OF_FORM):
            return self._without(replace(takes, form=False))
        self._breaker.failed()
        return _told(error, begun)

    def _without(self, takes: Takes) -> ChatFailed:
        with self._lock:
            self._takes = takes
            self._client = self._client if self._given else None
        return ChatFailed("The chat model refused the request", transient=True, retry_after=0)


def _client(settings: Settings, takes: Takes, known: bool) -> tuple[Any, Takes]:
    """Return LangChain's chat model, and what it takes by its profile unless that is known.

    No retries of its own: they would escape our count.
    """
    from langchain.chat_models import init_chat_model

    provider, _, name = (settings.chat_model or "").partition(":")

    def made(**more: Any) -> Any:
        given = {**options(settings, takes), **more}
        return init_chat_model(name, model_provider=provider, **given)

    keyless = bool(settings.chat_url) and not settings.chat_key
    client = _prepared(provider, made, keyless)
    if known:
        return client, takes
    before, takes = takes, _by_profile(provider, getattr(client, "profile", None) or {}, takes)
    if (before.temperature, before.thinks) != (takes.temperature, takes.thinks):
        client = _prepared(provider, made, keyless)
    return client, takes


def _by_profile(provider: str, profile: dict[str, Any], takes: Takes) -> Takes:
    """Return what a model takes by LangChain's profile of it; Ollama holds any to a form."""
    return Takes(
        temperature=takes.temperature and profile.get("temperature") is not False,
        form=provider == "ollama" or bool(profile.get("structured_output")),
        thinks=takes.thinks or bool(profile.get("reasoning_output")),
    )


def options(settings: Settings, takes: Takes) -> dict[str, Any]:
    """Return what LangChain's chat model is made with."""
    provider = (settings.chat_model or "").partition(":")[0]
    room = settings.chat_max_tokens + (THINKING if takes.thinks else 0)
    found: dict[str, Any] = {"temperature": 0} if takes.temperature else {}
    if settings.chat_url:
        found["base_url"] = settings.chat_url
    if provider == "ollama":
        # Ollama cuts what is longer than num_ctx without a word, and its default is short.
        whole = settings.chat_input_tokens + room
        found |= {
            "num_predict": room,
            "num_ctx": -(-whole // _CONTEXT) * _CONTEXT,
            "client_kwargs": {"timeout": settings.chat_seconds},
        }
    else:
        found |= {
            "max_tokens": room,
            "timeout": settings.chat_seconds,
            "max_retries": 0,
        }
    if settings.chat_key:
        found["api_key"] = settings.chat_key.get_secret_value()
    return found


def _prepared(provider: str, made: Callable[..., Any], keyless: bool) -> Any:
    """Return what `made` makes; a server of one's own may want no key, yet its client wants one."""
    try:
        return made()
    except ImportError:
        known = f"brief-bot[{provider}]" if provider in EXTRAS else f"langchain-{provider}"
        raise ChatUnavailable(
            f"The chat model's package is not installed (pip install '{known}')"
        ) from None
    except ValueError as error:
        if "provider" in str(error):
            raise ChatUnavailable(
                f"BRIEFS_CHAT_MODEL names a provider that LangChain does not know ({provider})"
            ) from None
    except Exception:  # noqa: S110 - each provider's own complaint about a missing key
        pass
    if keyless:
        try:
            return made(api_key="none")
        except Exception:  # noqa: S110 - said below
            pass
    raise ChatUnavailable(
        "The chat model cannot be prepared, most likely for want of a key (set BRIEFS_CHAT_KEY)"
    )


def _told(error: Exception, begun: bool) -> ChatFailed:
    status = _status(error)
    if begun:
        return ChatFailed("The chat model broke off")
    if _is_timeout(error):
        return ChatFailed("The chat model did not answer in time")
    if status == 429:
        return ChatFailed("The chat model is busy (429)", transient=True, retry_after=_wait(error))
    if status is not None and status >= 500:
        what = f"The chat model's server failed ({status})"
        return ChatFailed(what, transient=True, retry_after=_wait(error))
    if status in {401, 403}:
        return ChatFailed(f"The chat model's server refused the key ({status})")
    if status == 404:
        return ChatFailed(
            "The chat model's server does not know this model or address (404): check the name in "
            "BRIEFS_CHAT_MODEL, and whether BRIEFS_CHAT_URL must end in /v1"
        )
    if status is not None and status >= 400:
        return ChatFailed(f"The chat model's server refused the request ({status})")
    return ChatFailed("The chat model could not be reached, or broke off", transient=True)


def _status(error: Exception) -> int | None:
    found = getattr(error, "status_code", None)
    return found if isinstance(found, int) else None


def _is_timeout(error: BaseException | None) -> bool:
    while error is not None:
        if "timeout" in type(error).__name__.lower():
            return True
        error = error.__cause__
    return False


def _wait(error: Exception) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3); a date there is not read."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _finish(metadata: Any) -> str | None:
    """Return why the reply ended, as the providers call it."""
    for key in ("finish_reason", "stop_reason", "done_reason"):
        if isinstance(found := metadata.get(key), str):
            return found.lower()
    return None
