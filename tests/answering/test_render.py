"""Answers for the terminal and for machines."""

import io
import json
from dataclasses import replace

from rich.console import Console

from bot.answering.answer import (
    Answer,
    Citation,
    DraftAnswer,
    NearPassage,
    Outcome,
    Sentence,
    verbatim,
)
from bot.answering.contract import answer_json, hit_json
from bot.answering.render import plain, renderable
from bot.checking.verdict import Reason, Verdict
from bot.question.kinds import Kind
from bot.question.question import Period, Question
from index.passage import BriefRef, Hit, Passage

TEXT = "The [bold]lease[/bold] ends in 2031.\x1b[31m"
BRIEF = BriefRef("b1", "Port Aurelia", None, ("A", "B"), "/b/port.txt", "default")
PAGED = BriefRef("b2", "Wheat", "2024-03", (), "/b/w.pdf", "default", pages=((0, 1), (5, 2)))
ROW = "| 2022 | 8.1 |"
HITS = (
    Hit("p1", Passage(0, 10, 10 + len(TEXT), TEXT, ("Terms",), 4), BRIEF, 0.9, 0.5, 3.0),
    Hit("p2", Passage(0, 7, 7 + len(ROW), ROW, (), 2, 2), PAGED, 0.8, 0.4, 2.0),
)


def answered():
    citations = (Citation(1, HITS[0], 10, 46), Citation(2, HITS[1], 7, 7 + len(ROW)))
    sentences = tuple(verbatim(citation.quote, citation) for citation in citations)
    return Answer("a1", Question("q", "q"), DraftAnswer(sentences, citations, 0.8), HITS, 0.04)


def unanswered():
    """Unsure: the first hit is shown, its last words marked."""
    near = NearPassage(HITS[0], (25, 36))
    return Answer("a2", Question("q", "q"), DraftAnswer(near=(near,), searched=3), HITS)


def declined():
    return Answer("a5", Question("q", "q"), DraftAnswer(searched=1_204), HITS)


def drawn(answer, **options):
    out = io.StringIO()
    Console(file=out, width=100, **options).print(renderable(answer))
    return out.getvalue()


def test_text_has_marked_sentences_then_numbered_sources():
    """Title, date or "no date", page or paragraph, and source for each citation."""
    assert plain(answered()).splitlines() == [
        "The [bold]lease[/bold] ends in 2031. [1]",
        "",
        "| 2022 | 8.1 | [2]",
        "",
        "Sources (newest: 2024-03)",
        " [1] Port Aurelia, no date, paragraph 4, port.txt",
        " [2] Wheat, 2024-03, page 2, w.pdf",
    ]


def test_two_quotations_of_one_place_share_a_line():
    """Both numbers stand before it."""
    citations = (Citation(1, HITS[0], 10, 46), Citation(2, HITS[0], 14, 46))
    sentences = tuple(verbatim(citation.quote, citation) for citation in citations)
    answer = Answer("a1", Question("q", "q"), DraftAnswer(sentences, citations, 0.8), HITS, 0.04)
    assert plain(answer).splitlines()[-1] == " [1][2] Port Aurelia, no date, paragraph 4, port.txt"


def test_what_may_answer_is_shown_whole_with_its_best_sentence_marked():
    lines = plain(unanswered()).splitlines()
    assert lines[0] == "This may answer it:"
    assert lines[2] == "  The [bold]lease[/bold] en»ds in 2031.«\ufffd[31m"
    assert lines[3] == "  – Port Aurelia, no date, paragraph 4, port.txt"
    bold = drawn(unanswered(), force_terminal=True, color_system="standard")
    assert "\x1b[1mds in 2031.\x1b[0m" in bold


def test_declined_says_how_many_briefs_were_searched_and_shows_none():
    """No passage stands below the line that nothing was found."""
    assert plain(declined()) == drawn(declined()).rstrip()
    assert plain(declined()) == "I found nothing on this in 1,204 briefs."


def test_a_timeline_has_a_line_for_each_event_its_date_outside_the_quotation():
    """Items of a list stand behind bullets; what to ask next comes last."""
    answer = answered()
    dated = [replace(one, label=f"May 20{at}") for at, one in enumerate(answer.sentences, 22)]
    draft = replace(answer.draft, sentences=tuple(dated), suggestions=("What is rye?",))
    asked = replace(answer.standalone, kind=Kind.TIMELINE)
    timeline = replace(answer, draft=draft, standalone=asked)
    lines = plain(timeline).splitlines()
    assert lines[:2] == [
        "May 2022: The [bold]lease[/bold] ends in 2031. [1]",
        "May 2023: | 2022 | 8.1 | [2]",
    ]
    assert lines[-2:] == ["You could ask:", " – What is rye?"]
    assert drawn(timeline).split() == plain(timeline).split()
    made = answer_json(timeline)
    assert (made["sentences"][0]["label"], made["suggestions"]) == ("May 2022", ["What is rye?"])
    listed = replace(answer, standalone=replace(answer.standalone, kind=Kind.LIST))
    assert [line[:2] for line in plain(listed).splitlines()[:2]] == ["• ", "• "]


def test_help_is_one_line():
    asked = Question("hello", "hello", kind=Kind.HELP)
    answer = Answer("a6", asked, DraftAnswer(helps=True), ())
    assert plain(answer).startswith("I answer questions from the briefs")
    assert (answer.outcome, answer_json(answer)["message"]) == (Outcome.ANSWERED, plain(answer))


def test_brief_text_is_never_read_as_markup_or_as_control_codes():
    """Square brackets are shown, escape characters are not sent."""
    for answer in (answered(), unanswered()):
        shown = drawn(answer)
        assert "[bold]lease[/bold]" in shown
        assert "\x1b" not in shown
        assert "\x1b" not in plain(answer)


def test_the_terminal_shows_what_the_text_says():
    """Rich output without colours has the same words."""
    assert drawn(answered()).split() == plain(answered()).split()
    words = plain(unanswered()).translate({ord("»"): None, ord("«"): None, ord("–"): None})
    assert drawn(unanswered()).split() == words.split()


def test_json_keeps_to_the_contract():
    """Every key of the contract is there and the whole is JSON."""
    made = json.loads(json.dumps(answer_json(answered(), "q1")))
    assert made["id"] == "q1"
    assert {
        "id", "question", "standalone_question", "answered", "sentences", "citations", "nearest",
        "answer_id", "mode", "seconds",
    } <= set(made)  # fmt: skip
    assert made["sentences"][0] == {
        "text": "The [bold]lease[/bold] ends in 2031.",
        "citations": [1],
        "verdict": "supported",
        "reasons": [],
        "bold": [],
        "form": "sentence",
        "label": "",
    }
    assert {"number", "passage_id", "quote", "start", "end", "page", "brief"} <= set(
        made["citations"][0]
    )
    assert made["citations"][0]["brief"]["author"] == "A; B"
    assert made["citations"][1]["brief"]["author"] is None
    assert (made["nearest"], made["mode"]) == ([], "extractive")


def test_json_names_the_nearest_only_when_not_answered():
    """They have the form of search hits; the best sentence of one that may answer is marked."""
    made = answer_json(unanswered())
    assert made["nearest"] == [{**hit_json(HITS[0], 1), "marked": [25, 36]}]
    assert (made["answered"], made["sentences"], made["citations"]) == (False, [], [])
    assert (made["outcome"], made["kind"]) == ("unsure", "fact")
    made = answer_json(declined())
    assert [one["marked"] for one in made["nearest"]] == [[0, 0]] * 2
    assert made["outcome"] == "declined"


def doubtful():
    """A written answer: one sentence to check, one withheld, a note."""
    citation = Citation(1, HITS[1], 7, 7 + len(ROW))
    reason = Reason("number", "8.2 is not in it")
    shown = Sentence("Exports were 8.2.", (1,), Verdict.CHECK, (reason,), ((13, 16),))
    hidden = Sentence("Exports were 9.9.", (4,), Verdict.UNSUPPORTED, (reason,))
    draft = DraftAnswer(
        (shown,), (citation,), 0.8, mode="generative", model="openai:x",
        withheld=(hidden,), notes=("1 sentence was withheld.",),
    )  # fmt: skip
    asked = Question("q", "q", period=Period("in 2022", "2022-01-01", "2022-12-31"))
    return Answer("a3", asked, draft, HITS)


def test_what_stands_in_the_way_of_trust_is_shown():
    """A mark behind a sentence to be checked, its reason, and the notes; nothing withheld."""
    assert plain(doubtful()).splitlines() == [
        "Exports were 8.2. [1][?]",
        "",
        "Note: 1 sentence was withheld.",
        "Note: [1][?] check this against its source. number: 8.2 is not in it",
        "",
        "Sources",
        " [1] Wheat, 2024-03, page 2, w.pdf",
    ]
    assert drawn(doubtful()).split() == plain(doubtful()).split()


def test_bold_stretches_are_bold_on_a_terminal_alone():
    """In colours that is one escape sequence, elsewhere nothing."""
    assert "\x1b[1m8.2\x1b[0m" in drawn(doubtful(), force_terminal=True, color_system="standard")
    assert "\x1b" not in drawn(doubtful())


def test_json_of_a_written_answer():
    """Model, notes, the number withheld, reasons, bold stretches, and the time spoken of."""
    made = json.loads(json.dumps(answer_json(doubtful())))
    assert (made["mode"], made["model"], made["withheld"]) == ("generative", "openai:x", 1)
    assert made["notes"] == ["1 sentence was withheld."]
    assert made["period"] == {"since": "2022-01-01", "until": "2022-12-31", "said": "in 2022"}
    (sentence,) = made["sentences"]
    assert sentence["verdict"] == "check"
    assert sentence["reasons"] == [{"kind": "number", "detail": "8.2 is not in it"}]
    assert sentence["bold"] == [[13, 16]]
    assert "9.9" not in json.dumps(made)
    assert answer_json(answered())["period"] is None


def test_notes_stand_below_the_passages_that_may_answer():
    answer = unanswered()
    answer = replace(answer, draft=replace(answer.draft, notes=("No model.",)))
    assert plain(answer).splitlines()[-1] == "Note: No model."
    assert drawn(answer).split()[-3:] == ["Note:", "No", "model."]


def test_no_address_in_a_briefs_words_is_a_link_on_a_terminal():
    """Neither in a quotation, a passage that may answer, a title nor a note."""
    text = "Pay at https://evil.example/x, www.evil.example or mailto:a@evil.example now."
    brief = BriefRef(
        "b3", "See https://evil.example", None, (), "/b/x.txt", "default",
        source_url="https://briefs.example/b3",
    )  # fmt: skip
    hit = Hit("p3", Passage(0, 0, len(text), text, (), 1), brief, 0.9, 0.5, 3.0)
    citation = Citation(1, hit, 0, len(text))
    said = DraftAnswer((verbatim(text, citation),), (citation,), 0.8, notes=(text,))
    near = DraftAnswer(near=(NearPassage(hit, (0, 6)),), notes=(text,))
    for draft in (said, near):
        answer = Answer("a3", Question("q", "q"), draft, (hit,))
        console = Console(file=io.StringIO(), force_terminal=True, width=200)
        console.print(renderable(answer))
        for shown in (plain(answer), console.file.getvalue()):
            assert "evil.example" in shown
            for live in ("https://evil", "www.evil", "mailto:a"):
                assert live not in shown, (live, shown)
            assert "https://briefs.example/b3" in shown
        assert answer_json(answer)["notes"] == [text]
