"""`briefs audit run --judge`: a chat model's opinion of the answers of a selection."""

import pytest

from bot.audit.opinions import opinions
from bot.ledger.ledger import Ledger
from index.library import Library
from index.settings import load
from tests.audit.judged import put
from tests.commands import Shell, parsed
from tests.fake_chat import FakeChat, Turn, failing, says

PARTLY = Turn(mind=says('{"judged": "partly", "reason": "Half of it."}'))


@pytest.fixture
def fake():
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


def test_every_sentence_is_judged_once(shell_of_two: Shell, fake: FakeChat) -> None:
    """Counted for people and programs."""
    code, out, err = run(shell_of_two, fake)
    assert (code, err) == (0, "")
    assert "openai:fake judged 4 sentences: 4 partly\n" in out
    code, out, _ = run(shell_of_two, fake, "--json")
    assert parsed(out)[-1]["opinions"]["judged"]["partly"] == 0
    assert len(fake.calls) == 4


def test_a_useless_reply_is_one_line_and_the_run_goes_on(
    shell_of_two: Shell, fake: FakeChat
) -> None:
    """All other sentences are judged; exit code 1."""
    fake.script = [Turn(mind=says("nonsense"))]
    code, out, err = run(shell_of_two, fake, "--json")
    assert code == 1
    assert err.count("\n") == 1
    assert "not in the form asked for" in err
    (found,) = parsed(out)
    assert (found["checked"], found["opinions"]["failed"]) == (2, 1)
    with Library.open(load(home=shell_of_two.home)) as library:
        ledger = Ledger(library.database)
        assert len(opinions(ledger, "a1") + opinions(ledger, "a2")) == 3


def test_without_a_model_the_checks_are_made_all_the_same(
    shell_of_two: Shell, fake: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is refused, a package that is not there: one line, exit code 1."""
    fake.always = failing(401)
    code, out, err = run(shell_of_two, fake)
    assert (code, err.count("\n")) == (1, 1)
    assert "checked 2 answers" in out
    code, out, err = shell_of_two("audit", "run", "--judge", "nobody:x")
    assert (code, err.count("\n")) == (1, 1)
    assert "checked 2 answers" in out


def test_a_name_that_is_none_is_wrong_usage(shell_of_two: Shell) -> None:
    """Before anything is checked."""
    code, out, err = shell_of_two("audit", "run", "--judge", "openai")
    assert (code, out) == (2, "")
    assert "--judge openai: write provider:model" in err
