"""The command, as people and programs use it."""

import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from index.library import Library
from index.settings import load
from index.storage import values
from tests.chatting import KEY
from tests.commands import START, Shell, briefs, columns, environment, parsed, write
from tests.examples_library import EXAMPLES
from tests.fake_chat import FakeChat, Turn, failing, line, says

OWNER = "Which Japanese company owns the ship that blocked the Suez Canal?"
FINLAND = "When did Finland join NATO?"
HIT_KEYS = {"rank", "score", "passage_id", "text", "start", "end", "brief", "page", "heading",
            "paragraph"}  # fmt: skip
BRIEF_KEYS = {"id", "title", "date", "author", "source", "collection"}
ANSWER_KEYS = {"id", "question", "standalone_question", "answered", "sentences", "citations",
               "nearest", "answer_id", "mode", "seconds"}  # fmt: skip


def on_terminal(
    home: Path, *arguments: str, columns: int = 100, typed: str = "", seconds: float = 180,
    **more: str,
) -> tuple[int, str]:  # fmt: skip
    """Run `briefs` on a pseudo-terminal; return exit code and all that was written to it."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [*START, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment(home, **more),
    )
    os.close(slave)
    os.write(master, typed.encode())
    said, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            try:
                said += os.read(master, 65_536)
            except OSError:  # the other end is closed
                break
        elif process.poll() is not None:
            break
    process.kill() if process.poll() is None else None
    os.close(master)
    return process.wait(), said.decode("utf-8", "replace")


# Exit codes and first steps


def test_without_a_library_it_says_what_to_type_first(tmp_path, monkeypatch, capsys):
    """`briefs` alone is a help, every other command a wrong usage; nothing is created."""
    monkeypatch.setattr("bot.app.cli.DEMO", "no demo was made")
    shell = Shell(tmp_path / "none", monkeypatch, capsys)
    code, out, err = shell()
    assert (code, out) == (0, "")
    assert "type: briefs ingest FOLDER_OR_FILES" in err
    for command in (["list"], ["stats"], ["ask", "why"], ["search", "why"], ["doctor"], ["chat"]):
        code, out, err = shell(*command)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "briefs ingest FOLDER_OR_FILES" in err
    assert not (tmp_path / "none").exists()


def test_with_a_library_it_says_what_is_in_it(shell: Shell) -> None:
    code, _, err = shell()
    assert code == 0
    assert err.startswith("13 briefs, ")
    assert "briefs ask 'YOUR QUESTION'" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["ask"], "no question; type one in quotes"),
        (["ask", " "], "empty"),
        (["ask", "why", "--batch", "-"], "QUESTION and --batch: give one of them"),
        (["search", "x", "--since", "yesterday"], "--since yesterday: not a date"),
        (["search", "x", "-k", "0"], "-k"),
        (["search", "x", "--brief", "NONE-1"], "NONE-1: no such brief"),
        (["ask", "x", "--collection", "none"], "--collection none: no such collection"),
        (["search", "--batch", "nowhere.jsonl"], "nowhere.jsonl: No such file"),
        (["show", "NONE-1"], "NONE-1: no such brief"),
        (["remove", "NONE-1"], "NONE-1: no such brief"),
        (["ingest"], "nothing to ingest; name files, folders or URLs"),
        (["ask", "x", "--format", "pdf"], "'pdf' is not one of 'text', 'markdown', 'docx'; see:"),
        (["audit", "nonsense"], "see: briefs audit --help"),
        (["ingest", "x", "--date", "May"], "--date May: not a date"),
        (["ingest", "x", "--collection", "Place:T1/C1"], "kept for files added in Slack"),
        (["ingest", "x", "--manifest", "none.csv"], "none.csv: is not there"),
    ],
)
def test_wrong_usage_is_exit_code_two_and_one_reason(shell, arguments, said):
    """The reason is one line on stderr, nothing is on stdout."""
    code, out, err = shell(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_wrong_setting_is_named(shell: Shell) -> None:
    code, _, err = shell("list", BRIEFS_PARSE_SECONDS="soon")
    assert code == 2
    assert "BRIEFS_PARSE_SECONDS" in err


def test_another_model_is_refused_with_the_command_that_mends_it(own_shell):
    """Searching vectors of one model with another is wrong usage, not a wrong answer."""
    with Library.open(load(home=own_shell.home)) as library, library.database.write() as connection:
        other = library.fingerprint.replace("all-MiniLM-L6-v2", "other-model")
        assert other != library.fingerprint
        values.put(connection, "fingerprint", other)
    code, _, err = own_shell("search", "Suez")
    assert code == 2
    assert "briefs reindex --embed" in err


# Search


def test_search_prints_ranked_passages(shell: Shell) -> None:
    """Rank, title, date, place and text, on stdout; nothing on stderr, no colours."""
    code, out, err = shell("search", OWNER, "-k", "2")
    assert (code, err) == (0, "")
    assert out.startswith("1. Six days that closed the Suez Canal")
    assert "2021-03-31 · paragraph 2" in out
    assert "Shoei Kisen Kaisha" in out
    assert "\n\n2. " in out
    assert "\x1b" not in out


def test_search_json_has_the_keys_of_the_contract(shell: Shell) -> None:
    """One object; its hits are exact slices of their briefs."""
    (found,) = shell.json("search", OWNER, "-k", "3")
    assert found.keys() >= {"id", "query", "hits"}
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    for hit in found["hits"]:
        assert hit.keys() >= HIT_KEYS
        assert hit["brief"].keys() >= BRIEF_KEYS
        assert 0 <= hit["score"] <= 1
        (brief,) = shell.json("show", hit["brief"]["id"])
        assert brief["text"][hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (["--since", "2024"], lambda brief: brief["date"] >= "2024"),
        (["--until", "2021-12"], lambda brief: brief["date"] < "2022"),
        (["--since", "2022-03-03", "--until", "2022-03"], lambda b: b["date"] == "2022-03-03"),
        (["--brief", "BB-2022-07"], lambda brief: brief["number"] == "BB-2022-07"),
        (["--collection", "default"], lambda brief: brief["collection"] == "default"),
    ],
)
def test_filters_let_through_what_they_say(shell, filters, passes):
    assert callable(passes)
    (found,) = shell.json("search", "ships and the Black Sea", *filters)
    assert found["hits"]
    assert all(passes(hit["brief"]) for hit in found["hits"])


def test_a_batch_is_answered_line_by_line_in_order(shell: Shell, tmp_path: Path) -> None:
    """Ids of any kind are echoed, bad lines get an error line, and the exit code is 1."""
    requests = [
        json.dumps({"id": "a", "question": "and Sweden?", "conversation": [FINLAND]}),
        "nonsense",
        json.dumps({"id": 7, "question": ""}),
        json.dumps({"id": {"n": 1}, "question": OWNER, "more": "ignored"}),
    ]
    path = write(tmp_path, {"r.jsonl": "\n".join(requests)})[0]
    for command, keys in (("ask", ANSWER_KEYS), ("search", {"id", "query", "hits"})):
        code, out, err = shell(command, "--batch", str(path))
        first, bad, empty, last = parsed(out)
        assert code == 1
        assert [line["id"] for line in (first, bad, empty, last)] == ["a", None, 7, {"n": 1}]
        assert first.keys() >= keys
        assert first["standalone_question"] == "When did Sweden join NATO?"
        assert bad["error"].startswith("line 2: not JSON")
        assert "empty" in empty["error"]
        assert err == (
            "briefs: 2 requests failed, first: line 2: not JSON (Expecting value); "
            "write one object a line\n"
        )


def test_a_batch_comes_from_standard_input_too(examples_home: Path) -> None:
    """`--batch -` reads lines until the end of the stream; a byte order mark does no harm."""
    line = b'\xef\xbb\xbf{"id": 1, "question": "ships in the Suez Canal"}\n'
    done = briefs(examples_home, "search", "--batch", "-", "-k", "1", stdin=line)
    assert (done.returncode, done.stderr) == (0, "")
    (found,) = parsed(done.stdout)
    assert (found["id"], len(found["hits"])) == (1, 1)


# Ask and chat


def test_ask_prints_the_answer_with_its_sources(shell: Shell) -> None:
    """Sentences with marks, then the list of sources, all on stdout."""
    code, out, err = shell("ask", FINLAND)
    assert (code, err) == (0, "")
    assert "4 April 2023" in out
    assert "[1]" in out
    assert "\nSources\n [1]" in out
    assert "FINLAND, SWEDEN AND THE ENLARGEMENT OF NATO, 2024-03-08" in out


def test_ask_json_has_the_keys_of_the_contract(shell: Shell) -> None:
    """Citations are slices of the brief at their offsets, and every sentence has one."""
    (answer,) = shell.json("ask", "and Sweden?", "--turn", FINLAND)
    assert answer.keys() >= ANSWER_KEYS
    assert answer["answered"] is True
    assert answer["mode"] == "extractive"
    assert answer["standalone_question"] == "When did Sweden join NATO?"
    numbers = {citation["number"] for citation in answer["citations"]}
    assert all(set(sentence["citations"]) <= numbers for sentence in answer["sentences"])
    assert all(sentence["citations"] for sentence in answer["sentences"])
    for citation in answer["citations"]:
        (brief,) = shell.json("show", citation["brief"]["id"])
        assert brief["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_question_beside_the_briefs_is_declined_with_the_nearest_passages(shell: Shell) -> None:
    """It is no failure: the exit code is 0."""
    (answer,) = shell.json("ask", "How do I bake sourdough bread at home?")
    assert (answer["answered"], answer["sentences"], answer["citations"]) == (False, [], [])
    assert answer["nearest"]
    assert all(hit.keys() >= HIT_KEYS for hit in answer["nearest"])
    code, out, _ = shell("ask", "How do I bake sourdough bread at home?")
    assert code == 0
    assert re.match(r"This may answer it:|I found nothing on this in \d+ briefs\.", out)


def test_a_question_that_is_no_text_is_answered_all_the_same(shell: Shell) -> None:
    """Bytes that are no character, as a shell may hand them on, break nothing."""
    code, out, _ = shell("ask", "Finland \udcff and NATO?", "--json")
    assert code == 0
    assert parsed(out)[0]["question"] == "Finland ? and NATO?"


def test_chat_understands_follow_ups(examples_home: Path) -> None:
    """Questions come line by line; /new forgets; an empty line ends."""
    typed = f"{FINLAND}\nand Sweden?\n/new\nWho signed the Prespa agreement?\n\nnever asked\n"
    done = briefs(examples_home, "chat", stdin=typed.encode())
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.split("Sources\n")[:3]
    assert "4 April 2023" in first
    assert "7 March 2024" in second
    assert "Nikos Kotzias" in third
    assert done.stdout.count("Sources\n") == 3


def test_ctrl_c_ends_a_chat_without_a_word(examples_home: Path) -> None:
    process = subprocess.Popen(
        [*START, "chat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(examples_home), start_new_session=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    process.stdin.write(FINLAND + "\n")
    process.stdin.flush()
    assert "4 April 2023" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_ctrl_c_while_it_starts_is_quiet_too(examples_home: Path) -> None:
    """While modules are imported and the library is opened, Ctrl-C leaves no traceback either."""
    process = subprocess.Popen(
        [START[0], "-X", "importtime", *START[1:], "search", "--batch", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(examples_home), start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    assert any("index.library" in line for line in process.stderr)  # read until it is imported
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err


# Written answers


def chat_environment(fake: FakeChat) -> dict[str, str]:
    return {
        "BRIEFS_CHAT_MODEL": "openai:fake",
        "BRIEFS_CHAT_URL": fake.url,
        "BRIEFS_CHAT_KEY": KEY,
    }


def test_ask_with_a_chat_model_gives_a_written_answer(own_shell: Shell) -> None:
    """Mode, model and notes are in the JSON; prompt and model are in the record, the key is not."""
    with FakeChat() as fake:
        code, out, err = own_shell("ask", FINLAND, "--json", **chat_environment(fake))
    (answer,) = parsed(out)
    assert (code, err) == (0, "")
    assert (answer["mode"], answer["model"]) == ("generative", "openai:fake")
    assert (answer["withheld"], answer["notes"], answer["period"]) == (0, [], None)
    assert all(one["verdict"] == "supported" for one in answer["sentences"])
    assert {"reasons", "bold"} <= answer["sentences"][0].keys()
    with Library.open(load(home=own_shell.home)) as library:
        body = Ledger(library.database).get(answer["answer_id"]).body
    assert body["settings"]["chat_model"] == "openai:fake"
    assert body["settings"]["prompt_version"]
    assert KEY.encode() not in (own_shell.home / "library.db").read_bytes()


def test_ask_goes_on_without_the_chat_model(own_shell: Shell, monkeypatch) -> None:
    """A fault is a note; what is missing is one line on stderr; a wrong name is wrong usage."""
    with FakeChat(always=failing(500)) as fake:
        code, out, err = own_shell("ask", FINLAND, **chat_environment(fake))
    assert (code, err) == (0, "")
    assert "4 April 2023" in out
    assert "Note: The chat model's server failed (500); these are the briefs' own" in out
    for name in ("OPENAI_API_KEY", "BRIEFS_CHAT_URL", "BRIEFS_CHAT_KEY"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = own_shell("ask", FINLAND, BRIEFS_CHAT_MODEL="openai:any")
    assert code == 0
    assert "4 April 2023" in out
    assert "set BRIEFS_CHAT_KEY" in err
    assert err.count("\n") == 1
    code, _, err = own_shell("ask", FINLAND, BRIEFS_CHAT_MODEL="any")
    assert code == 2
    assert "BRIEFS_CHAT_MODEL" in err


def test_a_terminal_shows_sentences_as_they_come(own_examples: Path) -> None:
    with FakeChat(always=Turn(drip=0.01)) as fake:
        code, said = on_terminal(own_examples, "ask", FINLAND, **chat_environment(fake))
    text = " ".join(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", said).split())
    assert code == 0
    assert text.count("[1] Finland brings") == 1
    assert text.count("Finland had joined on 4 April 2023") == 1
    assert "Sources" in text
    assert "withdrawn" not in text


def test_a_terminal_keeps_what_was_verified_when_the_model_breaks_off(own_examples: Path) -> None:
    """A note says that the rest is missing."""
    sentence = line("Finland joined NATO on 4 April 2023.", [1])
    with FakeChat(always=Turn(says(sentence * 3), cut=6)) as fake:
        code, said = on_terminal(own_examples, "ask", FINLAND, **chat_environment(fake))
    text = " ".join(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", said).split())
    assert code == 0
    if "Finland joined NATO on 4 April 2023. [1]" in text:
        assert "Note: The chat model broke off; the rest of the answer is missing." in text
    else:
        assert "Note: The chat model broke off; these are the briefs' own sentences." in text


def test_a_terminal_takes_back_what_turns_out_to_be_no_answer(own_examples: Path) -> None:
    """The sentences shown are withdrawn in words, and the passages that come nearest follow."""
    reply = line("Finland joined NATO on 4 April 2023.", [1]) + '{"answerable": "no"}'
    with FakeChat(always=Turn(says(reply))) as fake:
        code, said = on_terminal(own_examples, "ask", FINLAND, **chat_environment(fake))
    text = " ".join(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", said).split())
    assert code == 0
    if "Finland joined NATO on 4 April 2023. [1]" in text:
        assert "The sentences above were replaced. The answer is:" in text
    assert "Note: The chat model found no answer in the passages." in text


def test_chat_remembers_what_was_answered(own_examples: Path) -> None:
    """A follow-up is rewritten by the model, which is told the earlier answer."""
    with FakeChat() as fake:
        done = briefs(
            own_examples, "chat", "--show-question",
            stdin=f"{FINLAND}\nand Sweden?\n".encode(), **chat_environment(fake),
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Question: ") == 2
    first, rewriting, second = fake.calls
    assert "Answer: " in rewriting["messages"][-1]["content"]
    assert "Last question: and Sweden?" in rewriting["messages"][-1]["content"]
    assert "<passage 1 " in first["messages"][-1]["content"]
    assert "Sweden" in second["messages"][-1]["content"]


# Terminals, pipes, shells


def test_a_progress_bar_shows_count_rate_and_time_left(home_with_model, tmp_path):
    """On a terminal, once the work has taken a second; the table comes after it."""
    text = " ".join(
        f"Port {i} was closed for {i} days by the storm of that year." for i in range(60)
    )
    write(tmp_path / "many", {f"{n}.txt": f"Brief {n}\n\n{n} {text}\n" for n in range(45)})
    code, said = on_terminal(home_with_model, "ingest", str(tmp_path / "many"))
    assert code == 0, said
    assert "Embedding" in said
    assert re.search(r"\d+/\d+.{0,20}\d+/s.{0,20}\d:\d\d:\d\d", said)
    assert "45 documents: 45 new" in said


def test_a_short_piece_of_work_shows_no_bar(own_examples: Path, tmp_path: Path) -> None:
    (one, *_) = sorted((EXAMPLES / "briefs").glob("*.txt"))
    code, said = on_terminal(own_examples, "ingest", str(one))
    assert code == 0
    assert "Reading" not in said
    assert "1 document: 1 unchanged" in said


def test_a_narrow_terminal_gets_what_fits(examples_home: Path) -> None:
    """In 60 columns no title is cut and no line is longer."""
    code, said = on_terminal(examples_home, "list", columns=60)
    assert code == 0
    lines = [re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", line) for line in said.splitlines()]
    assert max(map(len, lines)) <= 60
    assert "…" not in said
    assert any(line.startswith("Brief") and "Title" in line for line in lines)
    assert re.search(r"The Black Sea Grain Initiative", said)


def test_without_a_terminal_every_brief_is_one_plain_line(shell: Shell) -> None:
    code, out, err = shell("list")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 14
    assert "\x1b" not in out
    dates = columns(out, "Date")
    assert dates == sorted(dates, reverse=True)


def test_a_reader_that_has_seen_enough_is_no_error(examples_home: Path) -> None:
    """`briefs list --json | head -1` prints one line and nothing else."""
    for command in ("list --json", "show BB-2022-07", "search ships -k 50"):
        line = f"{shlex.join(START)} {command} | head -1"
        done = subprocess.run(
            ["bash", "-c", line], capture_output=True, text=True, timeout=180,
            env=environment(examples_home),
        )  # fmt: skip
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == 1


def test_completion_knows_the_commands(examples_home: Path) -> None:
    done = briefs(
        examples_home, _BRIEFS_COMPLETE="complete_bash", COMP_WORDS="briefs re", COMP_CWORD="1"
    )
    assert set(done.stdout.split()) == {"remove", "reindex"}


# The library's commands


def test_the_first_hour_of_a_newcomer(home_with_model, tmp_path, monkeypatch, capsys):
    """Dry run, ingest, list, show, ask, remove, search, ingest again: each does what it says."""
    shell = Shell(home_with_model, monkeypatch, capsys)
    path = write(
        tmp_path,
        {"port.txt": "Port Aurelia\n\nPort Aurelia was leased to Norvane in 2015.\n"},
    )[0]
    code, out, err = shell("ingest", str(path), "--dry-run")
    assert code == 0
    assert "dry run: nothing was changed" in err
    assert not (home_with_model / "library.db").exists()
    code, out, err = shell("ingest", str(path), "--date", "2015-06", "--author", "A. Writer")
    assert code == 0
    assert columns(out, "Title") == ["Port Aurelia"]
    assert err.startswith("1 document: 1 new; 1 passage added in ")
    (listed,) = shell.json("list")
    assert (listed["date"], listed["author"]) == ("2015-06", "A. Writer")
    code, out, _ = shell("show", listed["id"])
    assert "[1] Port Aurelia was leased to Norvane in 2015." in out
    (answer,) = shell.json("ask", "Who leased Port Aurelia?")
    assert answer["answered"]
    code, out, _ = shell("remove", listed["id"])
    assert (code, out) == (0, f"removed: {listed['id']}: Port Aurelia\n")
    (found,) = shell.json("search", "Norvane")
    assert found["hits"] == []
    assert shell.json("list") == []
    assert [line["state"] for line in shell.json("list", "--all")] == ["withdrawn"]
    code, out, _ = shell("ingest", str(path))
    assert code == 0
    (found,) = shell.json("search", "Norvane")
    assert len(found["hits"]) == 1


def test_ingest_json_is_one_object(own_shell: Shell) -> None:
    """Documents, counts and passages on stdout; failures also as lines on stderr."""
    code, out, err = own_shell("ingest", str(EXAMPLES / "briefs"), "nowhere.txt", "--json")
    (report,) = parsed(out)
    assert code == 1
    assert report["counts"]["unchanged"] == 14
    assert report["counts"]["failed"] == 1
    assert "failed: nowhere.txt: is not there; check the path\n" in err


def test_a_document_comes_through_a_pipe(own_examples: Path) -> None:
    """`-` reads standard input, with title and date from flags."""
    done = briefs(
        own_examples, "ingest", "-", "--title", "From a pipe", "--date", "2020-01-02",
        stdin=b"The pipe is long and made of copper.\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2020-01-02" in done.stdout
    assert "From a pipe" in done.stdout


def test_an_answer_is_taken_away(shell: Shell, tmp_path: Path) -> None:
    """As Markdown or a Word document, in a file or through a pipe."""
    code, out, _ = shell("ask", FINLAND, "--format", "markdown")
    assert code == 0
    assert out.startswith(f"# {FINLAND}\n")
    assert re.search(r"4 April 2023.*\[\^1\]", out.replace("*", ""))
    assert "[^1]: " in out
    file = tmp_path / "finland.docx"
    assert shell("ask", FINLAND, "--format", "docx", "--output", str(file))[:2] == (0, "")
    assert file.read_bytes().startswith(b"PK")
    assert shell("ask", FINLAND, "--output", str(tmp_path / "a.txt"))[0] == 0
    assert "Sources" in (tmp_path / "a.txt").read_text()


def test_what_cannot_be_taken_away_is_told_before_asking(shell: Shell, tmp_path: Path) -> None:
    """A Word document is nothing for a terminal."""
    code, said = on_terminal(shell.home, "ask", FINLAND, "--format", "docx")
    assert (code, "give --output FILE.docx, or a pipe" in said, "PK" in said) == (2, True, False)
    for wrong in (
        ("--format", "docx", "--json"),
        ("--output", str(tmp_path / "none" / "a.md")),
        ("--format", "pdf"),
    ):
        assert shell("ask", FINLAND, *wrong)[0] == 2, wrong


def test_briefs_are_cited(shell: Shell) -> None:
    """By id or number, with a version or a page, in each style; a missing one is named."""
    found = [row for row in parsed(shell("list", "--json")[1]) if row["number"]]
    number, other = found[0]["number"], found[1]["number"]
    code, out, _ = shell("cite", number, f"{other}@1")
    assert code == 0
    assert [name in line for name, line in zip((number, other), out.splitlines(), strict=True)] == [
        True, True,
    ]  # fmt: skip
    cited = parsed(shell("cite", number, "--page", "1", "--json")[1])
    assert (cited[0]["id"], cited[0]["csl"]["locator"]) == (found[0]["id"], "1")
    assert shell("cite", number, "--style", "bibtex")[1].startswith("@")
    code, out, err = shell("cite", "none", number, "--style", "ris")
    assert (code, out[:10], "none: no such brief" in err) == (1, "TY  - RPRT", True)
    for wrong in (["none"], [number, other, "--page", "1"], [number, "--style", "none"],
                  [number, "--page", "9999"]):  # fmt: skip
        assert shell("cite", *wrong)[0] == 2, wrong
