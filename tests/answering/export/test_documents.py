"""Answers as Markdown and as Word documents."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import mammoth
from docx import Document
from markdown_it import MarkdownIt

from bot.answering.answer import Answer, Citation, DraftAnswer, NearPassage, Sentence
from bot.answering.export.markdown import markdown
from bot.answering.export.word import MEDIA_TYPE, word
from bot.checking.verdict import Reason, Verdict
from bot.question.kinds import Kind
from bot.question.question import Question
from index.passage import BriefRef, Hit, Passage

TEXT = "Exports of wheat fell by 12 percent. Drought was the cause."
ODD = "# 1. *Not* a [link](x) <b>or</b> | a cell_ & &amp; `code` $x$ \\ \x01"
WHEAT = BriefRef("b1", "Wheat of Tamara", "2024-03", ("Ibsen, Maren",), "/b/w.md", "default")
PORT = BriefRef("b2", ODD, None, (), "/b/p.pdf", "default", pages=((0, 1), (5, 2)))
HITS = (
    Hit("p1", Passage(0, 0, len(TEXT), TEXT, (), 4), WHEAT, 0.9, 0.5, 3.0),
    Hit("p2", Passage(0, 10, 10 + len(ODD), ODD, (), 2, 2), PORT, 0.8, 0.4, 2.0),
)
ASKED = Question("By how much did wheat exports fall?", "how much?")


def answer(*sentences: Sentence, **draft: Any) -> Answer:
    """Return an answer; its citations 1 and 2 are the sentences of wheat, 3 is the port's."""
    citations = (
        Citation(1, HITS[0], 0, 36),
        Citation(2, HITS[0], 37, len(TEXT)),
        Citation(3, HITS[1], 10, 10 + len(ODD)),
    )
    return Answer("a1b2", ASKED, DraftAnswer(sentences, citations, 0.9, **draft), HITS)


def said(text: str, *numbers: int, verdict: Verdict = Verdict.SUPPORTED, **other: Any) -> Sentence:
    return Sentence(text, numbers, verdict, **other)


QUOTED = answer(
    said("Exports of wheat fell by 12 percent.", 1, bold=((25, 35),)),
    said("Drought was the cause.", 2),
    said(ODD, 3),
)


def html(made: Answer) -> str:
    """Return what Word's reader makes of the document of an answer."""
    return str(mammoth.convert_to_html(BytesIO(word(made, "2026-05-03"))).value)


def test_markdown_has_the_answer_and_its_notes() -> None:
    """Sentences of one place share a note; the last line says where it is on record."""
    two = answer(*QUOTED.sentences[:2])
    assert markdown(two, "2026-05-03").splitlines() == [
        "# By how much did wheat exports fall?",
        "",
        "Exports of wheat fell by **12 percent**.[^1] Drought was the cause.[^1]",
        "",
        "[^1]: Maren Ibsen, *Wheat of Tamara*, March 2024, para. 4.",
        "",
        "*In the words of the briefs, 3 May 2026, answer a1b2.*",
    ]


def test_nothing_of_a_brief_is_read_as_markdown() -> None:
    """What a reader sees is what stands there, control characters apart."""
    rendered = MarkdownIt().render(markdown(QUOTED))
    shown = re.sub(r"<[^>]+>", "", rendered)
    for mark, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(mark, char)
    assert ODD.replace("\x01", "\ufffd") in shown
    assert not re.search(r"<(?:b|a|code|table|ol|ul)\b", rendered)
    assert rendered.count("<h1>") == 1


def test_addresses_stay_links() -> None:
    """In notes, even with characters that Markdown would read."""
    url = "https://b.example/a_b?s=1&r=*2"
    brief = BriefRef("b1", "Wheat", None, (), "/b/w.md", "default", source_url=url)
    hit = Hit("p1", HITS[0].passage, brief, 0.9, 0.5, 3.0)
    draft = DraftAnswer(
        (said("Exports of wheat fell by 12 percent.", 1),), (Citation(1, hit, 0, 36),)
    )
    assert f"<{url}>" in markdown(Answer("a1", ASKED, draft, (hit,)))


def test_word_has_footnotes_of_its_own() -> None:
    """Numbered by Word, with the title in italics; a second mark refers to the first."""
    found = html(QUOTED)
    assert "<h1>By how much did wheat exports fall?</h1>" in found
    assert "fell by <strong>12 percent</strong>." in found
    assert found.count('href="#footnote-1" id="footnote-ref-1"') == 1
    assert re.search(
        r'id="footnote-1"><p> ?Maren Ibsen, <em>Wheat of Tamara</em>, March 2024', found
    )
    assert 'id="footnote-2"' in found
    xml = Document(BytesIO(word(QUOTED))).element.xml
    assert xml.count("w:footnoteReference ") == 2
    assert re.search(r'w:fldSimple w:instr=" NOTEREF _RefNote1 [^"]*"', xml)
    assert 'w:name="_RefNote1"' in xml
    assert MEDIA_TYPE.endswith("wordprocessingml.document")


def test_a_written_answer_shows_what_it_rests_on() -> None:
    """The note quotes the words, as they are not the answer's; doubts and notes stand there too."""
    doubt = said("Exports halved.", 1, 3, verdict=Verdict.CHECK, reasons=(Reason("number", "½"),))
    made = answer(doubt, mode="generative", model="model-x", notes=("The newest brief is old.",))
    for text in (markdown(made), html(made)):
        for words in ("Exports halved.", "[?]", "The newest brief is old.", "number: ½",
                      "“Exports of wheat fell by 12 percent.”", "Written by model-x"):  # fmt: skip
            assert words in text.replace("\\", ""), words


def test_what_may_answer_stands_there_in_full() -> None:
    """Its best sentence marked, with the brief, date and place in a note."""
    unsure = Answer("a1", ASKED, DraftAnswer(near=(NearPassage(HITS[0], (37, len(TEXT))),)), HITS)
    assert markdown(unsure).splitlines()[2:7] == [
        "This may answer it:",
        "",
        "> Exports of wheat fell by 12 percent. **Drought was the cause.**[^1]",
        "",
        "[^1]: Maren Ibsen, *Wheat of Tamara*, March 2024, para. 4.",
    ]
    assert TEXT in html(unsure)


def test_where_nothing_was_found_there_is_one_line() -> None:
    """And no passage: it would pass for an answer."""
    none = Answer("a1", ASKED, DraftAnswer(searched=14), HITS)
    assert "I found nothing on this in 14 briefs." in markdown(none)
    assert "wheat fell" not in markdown(none) + html(none)


def test_each_item_of_a_list_stands_alone() -> None:
    """A list, a timeline, rows of the catalogue: whatever is not running text."""
    listed = replace(QUOTED, standalone=replace(ASKED, kind=Kind.LIST))
    assert "- Drought was the cause.[^1]" in markdown(listed).splitlines()
    assert html(listed).count("<li>Drought was the cause.") == 1


def test_a_forgotten_question_leaves_its_answer() -> None:
    """The document has no question for a title then."""
    gone = Answer("a1", Question("", ""), QUOTED.draft, HITS)
    assert markdown(gone).startswith("# Answer\n")
