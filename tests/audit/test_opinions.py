"""A chat model's second opinion: what is asked, what is taken, what is recorded."""

import json

import pytest

from bot.audit.judgements import Judged
from bot.audit.opinions import SecondJudge, opinions, parsed, settings_for, standing
from bot.errors import ChatError, ChatUnavailable, UnfitReply
from bot.ledger.ledger import Kind
from index.errors import UsageError
from index.settings import load
from tests.audit.judged import LEASE, SIZE, database, ledger, put, put_written
from tests.chatting import KEY, chat_settings
from tests.fake_chat import FakeChat, Turn, failing, says

__all__ = ["database", "ledger"]  # found here by pytest
YES = says('{"judged": "supported", "reason": "It says so."}')


@pytest.fixture
def fake():
    with FakeChat(always=Turn(mind=YES)) as server:
        yield server


def asked(fake, database, **more) -> SecondJudge:
    return SecondJudge(database, chat_settings(fake, **more), "openai:fake")


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
    first, _ = ledger.further("a1", Kind.OPINION)
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
    other = SecondJudge(database, chat_settings(fake), "openai:other")
    assert len(other.second(ledger, ledger.get("a1"))) == 2
    judges = [[one.judge for one in given] for given in standing(opinions(ledger, "a1")).values()]
    assert judges == [["openai:fake", "openai:other"]] * 2


def test_a_useless_reply_spoils_its_own_sentence_only(fake, database, ledger):
    """The others are judged and recorded; the next run asks for it again."""
    put(ledger, "a1")
    fake.script = [Turn(mind=says("I think it is fine."))]
    judge = asked(fake, database)
    with pytest.raises(UnfitReply):
        judge.second(ledger, ledger.get("a1"))
    assert [one.sentence for one in opinions(ledger, "a1")] == [2]
    assert [one.sentence for one in judge.second(ledger, ledger.get("a1"))] == [1]


def test_what_passages_ask_for_is_not_done(fake, database, ledger):
    """The marks are random, and a passage cannot close them."""
    put_written(ledger, "a1")
    judge = asked(fake, database)
    judge.second(ledger, ledger.get("a1"))
    marks = [
        call["messages"][-1]["content"].split("<passage 1 ")[1].split(">")[0] for call in fake.calls
    ]
    other = SecondJudge(database, chat_settings(fake), "openai:other")
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
    """Links are left out, unseen characters too."""
    assert parsed(reply) == (Judged(judged), reason)


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
    """Nothing is guessed."""
    with pytest.raises(UnfitReply):
        parsed(reply)


def test_an_endless_reply_is_broken_off(fake, database, ledger):
    """Before it fills the memory."""
    put_written(ledger, "a1")
    fake.always = Turn(mind=says("x" * 20_000), chunk=500)
    with pytest.raises(UnfitReply, match="did not end"):
        asked(fake, database).second(ledger, ledger.get("a1"))


def test_a_key_goes_to_its_own_provider_alone():
    """And so does the address."""
    settings = load(chat_model="openai:x", chat_url="http://127.0.0.1:9/v1", chat_key=KEY)
    assert settings_for(settings, "openai:y").chat_key == settings.chat_key
    other = settings_for(settings, "anthropic:y")
    assert (other.chat_key, other.chat_url, other.chat_model) == (None, None, "anthropic:y")
    alone = load(chat_url="http://127.0.0.1:9/v1", chat_key=KEY)
    assert settings_for(alone, "openai:y").chat_url == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("name", ["openai", "openai:", ":x", " : "])
def test_a_name_that_is_none_is_refused(database, name):
    """Before anything is asked."""
    with pytest.raises(UsageError, match="write provider:model"):
        SecondJudge(database, load(), name)


def test_passages_too_long_for_the_prompt_are_not_cut(fake, database, ledger):
    """The model is not asked: it would misjudge half a passage."""
    put(ledger, "a1", question="q")
    judge = SecondJudge(database, chat_settings(fake, chat_input_tokens=1_000), "openai:fake")
    body = ledger.get("a1").body
    long = {**body["citations"][0]["passage"], "text": "word " * 5_000}
    citations = [{**body["citations"][0], "passage": long}]
    ledger.append("a2", {**body, "citations": citations}, {})
    with pytest.raises(ChatError, match="too long"):
        judge.second(ledger, ledger.get("a2"))
    assert fake.calls == []


def test_without_a_key_it_cannot_be_called(database, ledger):
    """Said in one line, and nothing is recorded."""
    put(ledger, "a1")
    with pytest.raises(ChatUnavailable, match="key"):
        SecondJudge(database, load(), "openai:fake").load()
    assert opinions(ledger, "a1") == []


def test_a_refusal_names_no_secret(fake, database, ledger):
    """What the server said stays unsaid."""
    put_written(ledger, "a1")
    fake.always = failing(401, json.dumps({"error": {"message": f"bad key {KEY}"}}))
    with pytest.raises(Exception, match="refused the key") as caught:
        asked(fake, database).second(ledger, ledger.get("a1"))
    assert KEY not in str(caught.value)
