"""Calls to the chat model: through LangChain's real client, to a server on loopback."""

import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answering.writing.allowance import Allowance
from bot.answering.writing.breaker import Breaker
from bot.answering.writing.models import ChatModel
from bot.errors import ChatError, ChatFailed, ChatUnavailable
from index.settings import load
from tests.chatting import KEY, chat_model, patient
from tests.fake_chat import HANG, RESET, FakeChat, Turn, failing, says

MESSAGES = [("system", "Be brief."), ("human", "Hello?")]


@pytest.fixture
def fake():
    with FakeChat(always=Turn(says("Good day to you, and to all of yours."))) as server:
        yield server


@pytest.fixture
def database(library):
    with library.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS chat_calls")
    return library.database


def said(model: ChatModel, **options) -> str:
    return "".join(piece.text for piece in model.stream(MESSAGES, **options))


def test_a_reply_comes_in_pieces_with_its_finish(fake, database) -> None:
    """Messages, limits and key go out as the settings say; nothing is retried unasked."""
    model = chat_model(fake, database, chat_max_tokens=321)
    pieces = list(model.stream(MESSAGES))
    assert "".join(piece.text for piece in pieces) == "Good day to you, and to all of yours."
    assert len(pieces) > 2
    assert [piece.finish for piece in pieces if piece.finish] == ["stop"]
    (call,) = fake.calls
    assert [message["content"] for message in call["messages"]] == ["Be brief.", "Hello?"]
    assert 321 in (call.get("max_tokens"), call.get("max_completion_tokens"))
    assert (call["temperature"], call["stream"]) == (0, True)
    assert "tools" not in call
    assert fake.keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize("turn", [RESET, failing(500), failing(503), failing(429)])
def test_a_passing_fault_is_tried_once_more(fake, database, turn: Turn) -> None:
    """Two calls at most, whatever happens."""
    fake.script = [turn]
    assert said(chat_model(fake, database)).startswith("Good day")
    assert len(fake.calls) == 2
    fake.always = turn
    fake.calls.clear()
    with pytest.raises(ChatFailed):
        said(chat_model(fake, database))
    assert len(fake.calls) == 2


@pytest.mark.parametrize("turn", [failing(400), failing(401), failing(403), failing(404)])
def test_a_lasting_fault_is_not(fake, database, turn: Turn) -> None:
    """A wrong key stays wrong."""
    fake.always = turn
    with pytest.raises(ChatFailed, match=r"refused the (key|request) \(4"):
        said(chat_model(fake, database))
    assert len(fake.calls) == 1


def test_retry_after_is_obeyed_within_the_deadline(fake, database) -> None:
    """Neither earlier, nor at all where it is later than we can wait."""
    fake.script = [failing(429, Retry_After="1")]
    said(chat_model(fake, database))
    assert fake.times[1] - fake.times[0] >= 1
    fake.script = [failing(429, Retry_After="60")]
    started = time.monotonic()
    with pytest.raises(ChatFailed, match="busy"):
        said(chat_model(fake, database))
    assert time.monotonic() - started < 2
    assert len(fake.calls) == 3


@pytest.mark.parametrize("turn", [HANG, Turn(says("x" * 400), drip=0.1, chunk=1)])
def test_the_deadline_holds_for_the_whole_reply(fake, database, turn: Turn) -> None:
    """A server that says nothing, and one that never stops dripping."""
    fake.always = turn
    started = time.monotonic()
    with pytest.raises(ChatFailed, match="in time"):
        said(chat_model(fake, database, chat_seconds=0.6))
    assert time.monotonic() - started < 1.6


def test_a_temperature_that_is_refused_is_left_out(fake, database) -> None:
    """Some models allow none; the second call and all later ones go without."""
    fake.script = [failing(400, '{"error": {"message": "temperature does not support 0"}}')]
    model = chat_model(fake, database)
    assert said(model).startswith("Good day")
    assert said(model).startswith("Good day")
    assert ["temperature" in call for call in fake.calls] == [True, False, False]


def test_no_call_is_made_while_the_breaker_is_open(fake, database) -> None:
    """After a run of failures; after the rest one call tries, and closes it again."""
    now = [0.0]
    model = chat_model(fake, database, Breaker(3, 30, clock=lambda: now[0]))
    fake.always = failing(500)
    for _ in range(10):
        with pytest.raises(ChatError):
            said(model)
    assert len(fake.calls) == 3
    now[0] = 31
    with pytest.raises(ChatError):
        said(model, tries=1)
    with pytest.raises(ChatUnavailable, match="left alone"):
        said(model)
    assert len(fake.calls) == 4
    now[0] = 62
    fake.always = Turn(says("Back."))
    assert [said(model), said(model)] == ["Back.", "Back."]


def test_the_calls_of_a_day_are_capped_over_all_processes(fake, database) -> None:
    """Tries count as calls; the cap holds for models side by side, and threads."""
    fake.script = [failing(500)]
    first, second = (chat_model(fake, database, chat_calls_a_day=20) for _ in range(2))

    def ask(number: int) -> str:
        try:
            return said(second if number % 2 else first)
        except ChatUnavailable as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(60)))
    assert len(fake.calls) == 20
    assert sum(answer.startswith("Good day") for answer in answers) == 19
    assert "The 20 calls to the chat model allowed in a day are used up" in answers
    assert Allowance(database, 20).used() == 20


def test_the_cap_is_counted_on_postgresql_too(either_library) -> None:
    """The same on both databases."""
    allowance = Allowance(either_library.database, 2)
    allowance.take()
    allowance.take()
    with pytest.raises(ChatUnavailable, match="used up"):
        allowance.take()
    assert Allowance(either_library.database, 2).used() == 2
    assert allowance.used("1999-01-01") == 0


@pytest.mark.parametrize(
    ("model", "said_so"),
    [
        ("openai:any", "set BRIEFS_CHAT_KEY"),
        ("anthropic:any", "pip install 'brief-bot[anthropic]'"),
        ("groq:any", "pip install 'langchain-groq'"),
        ("nobody:any", "a provider that LangChain does not know (nobody)"),
    ],
)
def test_what_is_missing_is_said_in_one_line(database, monkeypatch, model, said_so) -> None:
    """A key, a package, or the right name."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ChatUnavailable) as raised:
        ChatModel(load(chat_model=model), Allowance(database, 5)).load()
    assert said_so in str(raised.value)
    assert "\n" not in str(raised.value)
    assert Allowance(database, 5).used() == 0


def test_a_server_of_ones_own_needs_no_key(fake, database, monkeypatch) -> None:
    """The client wants one all the same."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert said(chat_model(fake, database, chat_key=None)).startswith("Good day")


def test_keys_and_prompts_stay_out_of_errors_and_logs(fake, database, caplog, capfd) -> None:
    """Through every fault, with a server that repeats both."""
    caplog.set_level(logging.INFO)
    echo = json.dumps({"error": {"message": f"{KEY} Hello? canary-passage"}})
    turns = [failing(code, echo) for code in (400, 401, 403, 404, 429, 500, 503)]
    turns += [RESET, Turn(cut=1), Turn(raw=echo.encode()), Turn(raw=b"\xff" + echo.encode())]
    errors = []
    for turn in turns:
        fake.always = turn
        try:
            said(chat_model(fake, database, patient(), chat_seconds=2))
        except ChatError as error:
            errors.append(error)
    assert len(errors) >= len(turns) - 2
    assert {error.__cause__ for error in errors} == {None}
    everything = f"{caplog.text} {capfd.readouterr()} {errors!r} {[e.__dict__ for e in errors]}"
    for canary in (KEY, "Hello?", "canary-passage"):
        assert canary not in everything


def test_nothing_is_traced_to_anyone(fake, database, monkeypatch) -> None:
    """Even where the environment asks LangSmith to: no connection but to the model's server."""
    with FakeChat() as tracer:
        for name, value in {
            "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_API_KEY": "lsv2_x", "LANGSMITH_ENDPOINT": tracer.url,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        connect, ports = socket.socket.connect, set()

        def watched(self, address):
            ports.add(address[1])
            return connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", watched)
        said(chat_model(fake, database))
        time.sleep(0.5)
        assert ports == {int(fake.url.split(":")[2].split("/")[0])}


def test_breaking_off_ends_the_reading(fake, database) -> None:
    """A reply that nobody reads on is not read to its end."""
    fake.always = Turn(says("x" * 4_000), drip=0.02, chunk=1)
    pieces = chat_model(fake, database).stream(MESSAGES)
    next(pieces)
    pieces.close()
    deadline = time.monotonic() + 3
    while any(one.name == "briefs-chat" for one in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
