"""Calls to the chat model: through LangChain's real client, to a server on loopback."""

import json
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers

from bot.answering.writing import models
from bot.answering.writing.allowance import Allowance, Breaker
from bot.answering.writing.models import ChatModel
from bot.answering.writing.prompt import SCHEMA
from bot.errors import ChatError, ChatFailed, ChatTooLong, ChatUnavailable
from index.settings import load
from tests.chatting import KEY, chat_model, chat_settings, patient
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
    with pytest.raises(ChatFailed, match=r"\(40\d\)"):
        said(chat_model(fake, database))
    assert len(fake.calls) == 1


def test_retry_after_is_obeyed_within_the_deadline(fake, database) -> None:
    """Neither earlier, nor at all where it is later than we can wait."""
    slept: list[float] = []
    settings = chat_settings(fake, chat_seconds=30)
    model = ChatModel(settings, Allowance(database, 100), sleep=slept.append)
    fake.script = [failing(429, Retry_After="1")]
    said(model)
    fake.script = [failing(429, Retry_After="60")]
    with pytest.raises(ChatFailed, match="busy"):
        said(model)
    assert (slept, len(fake.calls)) == ([1.0], 3)


@pytest.mark.parametrize("turn", [HANG, Turn(says("x" * 400), drip=0.1, chunk=1)])
def test_the_deadline_holds_for_the_whole_reply(fake, database, turn: Turn) -> None:
    """A server that says nothing, and one that never stops dripping."""
    fake.always = turn
    with pytest.raises(ChatFailed, match="in time"):
        said(chat_model(fake, database, chat_seconds=0.6))


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
    with pytest.raises(ChatUnavailable, match="paused"):
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
        wait_for_all_tracers()
        assert ports == {int(fake.url.split(":")[2].split("/")[0])}


def test_breaking_off_ends_the_reading(fake, database) -> None:
    """A reply that nobody reads on is not read to its end."""
    fake.always = Turn(says("x" * 4_000), drip=0.02, chunk=1)
    pieces = chat_model(fake, database).stream(MESSAGES)
    next(pieces)
    (reading,) = [one for one in threading.enumerate() if one.name == "briefs-chat"]
    pieces.close()
    reading.join(120)
    assert not reading.is_alive()


# What a model takes


@pytest.fixture
def profile(monkeypatch):
    """What LangChain's profile says of the fake model."""
    said: dict[str, object] = {}
    original = models._by_profile
    monkeypatch.setattr(
        models, "_by_profile", lambda provider, _, takes: original(provider, said, takes)
    )
    return said


def test_a_model_is_held_to_a_form_that_its_profile_says_it_takes(fake, database, profile) -> None:
    """The reply still comes in pieces; where the server refuses the form, it is left out."""
    profile.update(structured_output=True, reasoning_output=True, temperature=False)
    model = chat_model(fake, database, chat_max_tokens=321, chat_seconds=300)
    assert model.structured
    pieces = [piece.text for piece in model.stream(MESSAGES, schema=SCHEMA)]
    assert len([text for text in pieces if text]) > 1
    call = fake.calls[-1]
    assert call["response_format"]["json_schema"]["schema"]["required"] == SCHEMA["required"]
    assert 321 + models.THINKING in (call.get("max_tokens"), call.get("max_completion_tokens"))
    assert "temperature" not in call
    fake.script = [failing(400, '{"error": {"message": "response_format is not supported"}}')]
    assert "".join(piece.text for piece in model.stream(MESSAGES, schema=SCHEMA))
    assert "response_format" not in fake.calls[-1]
    assert not model.structured


def test_a_form_is_only_asked_for_where_it_is_taken(fake, database) -> None:
    """The profile of an unknown model says nothing."""
    model = chat_model(fake, database)
    assert not model.structured
    list(model.stream(MESSAGES, schema=SCHEMA))
    assert "response_format" not in fake.calls[0]


@pytest.mark.parametrize(
    "turn",
    [
        failing(400, '{"error": {"message": "maximum context length is 8192 tokens"}}'),
        failing(400, '{"error": {"message": "no", "code": "context_length_exceeded"}}'),
        failing(413),
    ],
)
def test_a_prompt_that_is_too_long_is_told_apart(fake, database, turn: Turn) -> None:
    """It is no failure that opens the breaker."""
    fake.always = turn
    model = chat_model(fake, database, Breaker(1, 60))
    for _ in range(2):
        with pytest.raises(ChatTooLong, match="too long"):
            said(model)


def test_a_404_says_what_to_check(fake, database) -> None:
    """Name and address."""
    fake.always = failing(404)
    with pytest.raises(ChatFailed, match=r"BRIEFS_CHAT_MODEL, .* BRIEFS_CHAT_URL must end in /v1"):
        said(chat_model(fake, database))


def test_ollama_is_given_room_for_all_that_it_is_sent() -> None:
    """Its default context is shorter than our prompt, and it cuts without a word."""
    settings = load(chat_model="ollama:any", chat_input_tokens=6_000, chat_max_tokens=1_000)
    made = models.options(settings, models.Takes())
    assert (made["num_predict"], made["num_ctx"]) == (1_000, 7_168)
    assert models.options(settings, models.Takes(thinks=True))["num_ctx"] >= 15_000
    assert models._by_profile("ollama", {}, models.Takes()).form
