"""A chat model's second opinion: what is asked, what is taken, what is recorded."""

import json

import pytest

from bot.audit.judgements import Judged
from bot.audit.second_opinions import (
    ModelJudge,
    last_opinions,
    parse_reply,
    second_opinions,
    settings_for,
)
from bot.errors import ChatError, ChatUnavailable, UnfitReply
from bot.ledger.ledger import Ledger, RecordKind
from index.errors import UsageError
from index.library import Library
from index.settings import load
from tests.audit.judged import LEASE, SIZE, database, ledger, put, put_written
from tests.chatting import KEY, chat_settings
from tests.commands import Shell, parsed
from tests.fake_chat import FakeChat, Turn, failing, says

__all__ = ["database", "ledger"]  # found here by pytest
YES = says('{"judged": "supported", "reason": "It says so."}')


@pytest.fixture
def fake():
    with FakeChat(always=Turn(mind=YES)) as server:
        yield server


def asked(fake, database, **more) -> ModelJudge:
    return ModelJudge(database, chat_settings(fake, **more), "openai:fake")


def test_each_sentence_is_judged_by_itself_against_its_passages(fake, database, ledger):
    """Nothing else is sent: not the question, not who asked, no other sentence."""
    put(ledger, "a1", question="WHOQ?", asker="WHOA", place="WHOP")
    made = asked(fake, database).second(ledger, ledger.get("a1"))
    assert [(one.sentence, one.judged, one.reason) for one in made] == [
        (1, Judged.SUPPORTED, "It says so."),
        (2, Judged.SUPPORTED, "It says so."),
    ]
    first, second = (json.dumps(call["messages"]) for call in fake.calls)
    assert SIZE in first
    assert LEASE not in first
    assert LEASE in second
    assert not any(word in first + second for word in ("WHOQ", "WHOA", "WHOP"))


def test_an_opinion_is_a_record_of_its_own(fake, database, ledger):
    """The answer's record and the machine's verdict stay; nothing personal is in it."""
    put(ledger, "a1")
    before = ledger.get("a1")
    asked(fake, database).second(ledger, before)
    assert ledger.get("a1") == before
    first, _ = ledger.further("a1", RecordKind.OPINION)
    told = {"sentence": 1, "judge": "openai:fake", "judged": "supported", "reason": "It says so."}
    assert told.items() <= first.body.items()
    assert first.private is None
    assert ledger.verify() is None


def test_a_model_is_asked_once_for_each_sentence(fake, database, ledger):
    """A second run asks for what is missing; another model is asked anew."""
    put(ledger, "a1")
    judge = asked(fake, database)
    judge.second(ledger, ledger.get("a1"))
    assert judge.second(ledger, ledger.get("a1")) == []
    assert len(fake.calls) == 2
    other = ModelJudge(database, chat_settings(fake), "openai:other")
    assert len(other.second(ledger, ledger.get("a1"))) == 2
    judges = [
        [one.judge for one in given]
        for given in last_opinions(second_opinions(ledger, "a1")).values()
    ]
    assert judges == [["openai:fake", "openai:other"]] * 2


def test_a_useless_reply_spoils_its_own_sentence_only(fake, database, ledger):
    """The others are judged and recorded; the next run asks for it again."""
    put(ledger, "a1")
    fake.script = [Turn(mind=says("I think it is fine."))]
    judge = asked(fake, database)
    with pytest.raises(UnfitReply):
        judge.second(ledger, ledger.get("a1"))
    assert [one.sentence for one in second_opinions(ledger, "a1")] == [2]
    assert [one.sentence for one in judge.second(ledger, ledger.get("a1"))] == [1]


def test_what_passages_ask_for_is_not_done(fake, database, ledger):
    """The marks are random, and a passage cannot close them."""
    put_written(ledger, "a1")
    judge = asked(fake, database)
    judge.second(ledger, ledger.get("a1"))
    marks = [
        call["messages"][-1]["content"].split("<passage 1 ")[1].split(">")[0] for call in fake.calls
    ]
    other = ModelJudge(database, chat_settings(fake), "openai:other")
    other.second(ledger, ledger.get("a1"))
    again = fake.calls[-1]["messages"][-1]["content"]
    assert len(marks[0]) == 16
    assert marks[0] not in again


@pytest.mark.parametrize(
    ("reply", "judged", "reason"),
    [
        ('{"judged": "partly", "reason": "May, not will."}', "partly", "May, not will."),
        ('```json\n{"judged": "wrong source"}\n```', "wrong source", ""),
        ('<think>{"judged": "partly"}</think>{"judged": "unsupported"}', "unsupported", ""),
        ('{"judged": "supported", "reason": "see https://evil.test/x"}', "supported", ""),
        ('{"judged": "supported", "reason": "a\\u202eb\\nc"}', "supported", "ab c"),
    ],
)
def test_a_reply_is_one_word_and_a_plain_reason(reply, judged, reason):
    assert parse_reply(reply) == (Judged(judged), reason)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "supported",
        "[]",
        "null",
        '{"judged": "fine"}',
        '{"judged": ["supported"]}',
        '{"judged": {"supported": 1}}',
        '{"reason": "x"}',
        '{"judged": "supported", "reason": 7}',
        '{"judged": "supported"} {"judged": "unsupported"}',
        'Sure! {"judged": "supported"}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_unfit(reply):
    with pytest.raises(UnfitReply):
        parse_reply(reply)


def test_an_endless_reply_is_broken_off(fake, database, ledger):
    put_written(ledger, "a1")
    fake.always = Turn(mind=says("x" * 20_000), chunk=500)
    with pytest.raises(UnfitReply, match="did not end"):
        asked(fake, database).second(ledger, ledger.get("a1"))


def test_a_key_goes_to_its_own_provider_alone():
    settings = load(chat_model="openai:x", chat_url="http://127.0.0.1:9/v1", chat_key=KEY)
    assert settings_for(settings, "openai:y").chat_key == settings.chat_key
    other = settings_for(settings, "anthropic:y")
    assert (other.chat_key, other.chat_url, other.chat_model) == (None, None, "anthropic:y")
    alone = load(chat_url="http://127.0.0.1:9/v1", chat_key=KEY)
    assert settings_for(alone, "openai:y").chat_url == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("name", ["openai", "openai:", ":x", " : "])
def test_a_name_that_is_none_is_refused(database, name):
    with pytest.raises(UsageError, match="write provider:model"):
        ModelJudge(database, load(), name)


def test_passages_too_long_for_the_prompt_are_not_cut(fake, database, ledger):
    """The model is not asked: it would misjudge half a passage."""
    put(ledger, "a1", question="q")
    judge = ModelJudge(database, chat_settings(fake, chat_input_tokens=2_500), "openai:fake")
    body = ledger.get("a1").body
    long = {**body["citations"][0]["passage"], "text": "word " * 5_000}
    citations = [{**body["citations"][0], "passage": long}]
    ledger.append("a2", {**body, "citations": citations}, {})
    with pytest.raises(ChatError, match="too long"):
        judge.second(ledger, ledger.get("a2"))
    assert fake.calls == []


def test_without_a_key_it_cannot_be_called(database, ledger):
    put(ledger, "a1")
    with pytest.raises(ChatUnavailable, match="key"):
        ModelJudge(database, load(), "openai:fake").load()
    assert second_opinions(ledger, "a1") == []


def test_a_refusal_names_no_secret(fake, database, ledger):
    put_written(ledger, "a1")
    fake.always = failing(401, json.dumps({"error": {"message": f"bad key {KEY}"}}))
    with pytest.raises(Exception, match="refused the key") as caught:
        asked(fake, database).second(ledger, ledger.get("a1"))
    assert KEY not in str(caught.value)


PARTLY = Turn(mind=says('{"judged": "partly", "reason": "Half of it."}'))


@pytest.fixture
def partly_fake():
    with FakeChat(always=PARTLY) as server:
        yield server


@pytest.fixture
def shell_of_two(own_shell: Shell) -> Shell:
    """A shell on a library that gave two answers of two sentences each."""
    with Library.open(load(home=own_shell.home)) as library:
        for answer_id in ("a1", "a2"):
            put(Ledger(library.database), answer_id)
    return own_shell


def run(shell: Shell, fake: FakeChat, *more: str, key: str = "sk-x"):
    named = {"BRIEFS_CHAT_URL": fake.url, "BRIEFS_CHAT_KEY": key}
    return shell("audit", "run", "--judge", "openai:fake", *more, **named)


def test_every_sentence_is_judged_once(shell_of_two: Shell, partly_fake: FakeChat) -> None:
    code, out, err = run(shell_of_two, partly_fake)
    assert (code, err) == (0, "")
    assert "openai:fake judged 4 sentences: 4 partly\n" in out
    code, out, _ = run(shell_of_two, partly_fake, "--json")
    assert parsed(out)[-1]["opinions"]["judged"]["partly"] == 0
    assert len(partly_fake.calls) == 4


def test_a_useless_reply_is_one_line_and_the_run_goes_on(shell_of_two, partly_fake):
    partly_fake.script = [Turn(mind=says("nonsense"))]
    code, out, err = run(shell_of_two, partly_fake, "--json")
    assert code == 1
    assert err.count("\n") == 1
    assert "not in the form asked for" in err
    (found,) = parsed(out)
    assert (found["checked"], found["opinions"]["failed"]) == (2, 1)
    with Library.open(load(home=shell_of_two.home)) as library:
        ledger = Ledger(library.database)
        assert len(second_opinions(ledger, "a1") + second_opinions(ledger, "a2")) == 3


def test_without_a_model_the_checks_are_made_all_the_same(shell_of_two, partly_fake, monkeypatch):
    """A key that is refused, a package that is not there: one line, exit code 1."""
    partly_fake.always = failing(401)
    code, out, err = run(shell_of_two, partly_fake)
    assert (code, err.count("\n")) == (1, 1)
    assert "checked 2 answers" in out
    code, out, err = shell_of_two("audit", "run", "--judge", "nobody:x")
    assert (code, err.count("\n")) == (1, 1)
    assert "checked 2 answers" in out
