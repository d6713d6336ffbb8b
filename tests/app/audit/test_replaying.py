"""Old questions asked of today's library, through the real chain."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.audit.asking_again import asking_again
from bot.audit.replay import asked_again, replay
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.question.question import Turn
from index.library import Library
from index.settings import load
from index.vectors.snapshot import Filters
from tests.commands import ROOT, Shell, parsed
from tests.fake_chat import FakeChat, says

NATO = ROOT / "examples" / "briefs" / "2024-03-08-finland-sweden-nato.txt"
JOINED = "when did Finland join NATO?"
SUEZ = "how many ships were stuck when the Suez canal reopened in 2021?"
BREAD = "How do I bake sourdough bread at home?"


def corrected(shell: Shell, folder: Path) -> None:
    """Ingest the brief on NATO with another date."""
    folder.mkdir()
    text = NATO.read_text("utf-8").replace("as the thirty-first", "as the thirtieth")
    (folder / NATO.name).write_text(text, "utf-8")
    assert shell("ingest", str(folder))[0] == 0


def test_nothing_changed_in_a_library_that_did_not(own_shell: Shell) -> None:
    """Neither answers nor the ledger: a replay leaves no trace."""
    for question in (JOINED, BREAD, "hello"):
        own_shell("ask", question)
    with Library.open(load(home=own_shell.home)) as library:
        head = Ledger(library.database).head()
    found = own_shell.json("audit", "replay", "--fail-on", "changed")
    assert [one["question"] for one in found] == [JOINED, BREAD, "hello"]
    assert [one["changed"] for one in found] == [[], [], []]
    with Library.open(load(home=own_shell.home)) as library:
        assert Ledger(library.database).head() == head
    code, out, err = own_shell("audit", "replay")
    assert (code, err) == (0, "")
    assert "the same                          3\n" in out


def test_a_corrected_brief_shows_with_the_words(own_shell: Shell, tmp_path: Path) -> None:
    """The citation lost, the one gained, and what reads otherwise."""
    own_shell("ask", JOINED)
    corrected(own_shell, tmp_path / "new")
    code, out, err = own_shell("audit", "replay", "--fail-on", "citations")
    assert code == 1
    assert "[-thirty-first-] {+thirtieth+}" in out
    assert "other passages cited              1\n" in out
    assert "briefs: --fail-on citations: 1 of 1 questions\n" in err
    (found,) = own_shell.json("audit", "replay", "--fail-on", "declined")
    assert found["changed"] == ["citations", "changed"]
    assert {one["version"] for one in found["citations"]["lost"]} == {1}
    assert [one["version"] for one in found["citations"]["gained"]] == [2]


def test_a_withdrawn_brief_declines_and_trips_the_gate(own_shell: Shell) -> None:
    own_shell("ask", SUEZ)
    own_shell("ask", BREAD)
    (cited,) = {citation["brief"]["id"] for citation in own_shell.json("ask", SUEZ)[0]["citations"]}
    own_shell("remove", cited)
    code, out, _ = own_shell("audit", "replay", "--fail-on", "declined", "--json")
    assert code == 1
    assert [one["changed"] for one in parsed(out)] == [
        ["declined", "citations", "changed"], [], ["declined", "citations", "changed"],
    ]  # fmt: skip
    assert own_shell("audit", "replay", "--fail-on", "answered")[0] == 0


def test_forgotten_questions_are_counted_and_not_asked(own_shell: Shell) -> None:
    first = own_shell.json("ask", JOINED)[0]["answer_id"]
    own_shell("ask", BREAD)
    with Library.open(load(home=own_shell.home)) as library:
        Ledger(library.database).forget([first])
    code, out, err = own_shell("audit", "replay")
    assert (code, err) == (0, "")
    assert "forgotten, not asked              1\n" in out
    assert "1 not asked" in own_shell("audit", "replay", "--json")[2]


def test_answers_are_chosen_by_id_or_at_random(own_shell: Shell) -> None:
    ids = [own_shell.json("ask", one)[0]["answer_id"] for one in (JOINED, SUEZ, BREAD)]
    (found,) = own_shell.json("audit", "replay", "--answer", ids[1])
    assert found["answer_id"] == ids[1]
    sampled = own_shell("audit", "replay", "--sample", "2", "--seed", "5", "--json")
    assert len(parsed(sampled[1])) == 2
    assert "--seed 5" in sampled[2]
    assert own_shell("audit", "replay", "--sample", "2", "--seed", "5", "--json")[1] == sampled[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fail-on", "moved"), "--fail-on moved: unknown; choose one of: answered, declined,"),
        (("--answer", "nobody"), "nobody: no such answer"),
        (("--answer", "a", "--since", "2020"), "give one or the other"),
        (("--mode", "sung"), "--mode sung: no such mode"),
    ],
)
def test_wrong_usage_is_one_line(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = shell("audit", "replay", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_question_is_asked_with_its_turns_limits_zone_and_day(own_examples: Path) -> None:
    """As it was then: "and Sweden?" of the brief it was limited to, "last month" of that month."""
    with Library.open(load(home=own_examples)) as library:
        ledger = Ledger(library.database)
        then = Answerer(library, ledger)
        first = then.ask(JOINED)
        limits = Filters(briefs=(first.citations[0].brief.id,))
        turns = (Turn(JOINED, first.answer_id),)
        said = "and what did our briefs say about Sweden last month?"
        moment = datetime(2024, 4, 1, 1, tzinfo=UTC)
        asked = then.ask(said, turns, limits, zone="America/New_York", moment=moment)
        assert asked.standalone.period.since == "2024-02-01"  # it was still March in New York
        entry = ledger.get(asked.answer_id)
        assert entry.body["filters"]["briefs"] == [limits.briefs[0]]
        with asking_again(library) as ask:
            on_the_day = asked_again(entry, ask, moment)
            found = replay(entry, ask)
    assert on_the_day["period"]["since"] == "2024-02-01"
    assert {one["brief"]["id"] for one in on_the_day["citations"]} <= set(limits.briefs)
    assert found.limits_known


def test_a_record_without_limits_is_asked_of_everything(own_examples: Path) -> None:
    with Library.open(load(home=own_examples)) as library:
        ledger = Ledger(library.database)
        entry = ledger.get(Answerer(library, ledger).ask(JOINED).answer_id)
        private = {key: entry.private[key] for key in ("question", "standalone_question", "turns")}
        early = {key: value for key, value in entry.body.items() if key != "filters"}
        ledger.append("early", early, private)
        with asking_again(library) as ask:
            found = replay(ledger.get("early"), ask)
    assert (found.limits_known, found.changes.kinds) == (False, frozenset())


def test_a_chat_model_of_today_writes_as_on_the_day(own_shell: Shell) -> None:
    """It is told the day on which the question was asked; its words are compared."""
    own_shell("ask", JOINED)
    with FakeChat() as fake:
        fake.always = type(fake.always)(mind=says('{"answerable": false}\n'))
        chat = {
            "BRIEFS_CHAT_MODEL": "openai:fake",
            "BRIEFS_CHAT_URL": fake.url,
            "BRIEFS_CHAT_KEY": "sk-x",
        }
        code, out, _ = own_shell("audit", "replay", "--json", **chat)
        prompt = json.dumps(fake.calls[-1])
    assert code == 0
    assert parsed(out)[0]["answered"]["before"] is True
    assert f"Today is {datetime.now(UTC).date().isoformat()}" in prompt
