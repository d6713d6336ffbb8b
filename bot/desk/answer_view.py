"""Lay out an answer for its page: records in, sentences beside their citations out.

Reads nothing and writes no HTML; what was recorded is shown as it was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.audit.findings import Finding
from bot.audit.judgements import Judgement, read, standing
from bot.desk.blocks import Block, Run, blocks, runs
from bot.desk.later import Today, Versions
from bot.desk.links import link_to_paragraph
from bot.ledger.ledger import Entry, Kind

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Cited:
    """A citation: where it is from, the passage as it was seen, and what became of it."""

    number: int
    brief: Json
    page: int | None
    paragraph: int
    heading: tuple[str, ...]
    passage: tuple[Block, ...]
    link: str
    today: Today
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Said:
    """A sentence with all that speaks for and against it."""

    number: int
    runs: tuple[Run, ...]
    verdict: str
    reasons: tuple[Json, ...]
    cited: tuple[Cited, ...]
    missing: tuple[int, ...]  # markers that point at no citation
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]
    opinions: tuple[Json, ...]

    def by(self, editor: str) -> Judgement | None:
        """Return what an editor said of it last."""
        return next((one for one in self.judgements if one.editor == editor), None)


@dataclass(frozen=True)
class Feedback:
    """What a reader said of the answer."""

    good: bool
    reason: str | None
    user: str | None
    note: str | None
    at: str


@dataclass(frozen=True)
class AnswerView:
    """All of an answer that its page shows."""

    entry: Entry
    sentences: tuple[Said, ...]
    findings: tuple[Finding, ...]  # of the answer as a whole
    feedback: tuple[Feedback, ...]
    posted: tuple[Entry, ...]
    forgotten: bool

    @property
    def question(self) -> str | None:
        """The question as it reads without its conversation, None once it was forgotten."""
        return self.private.get("standalone_question")

    @property
    def notes(self) -> Sequence[str]:
        """The notes that were shown; once forgotten, without the asker's words in them."""
        found: Sequence[str] = self.private.get("notes") or self.entry.body["notes"]
        return found

    @property
    def private(self) -> Json:
        """What people typed; {} once it was forgotten."""
        return self.entry.private or {}


def view(
    entry: Entry, further: Sequence[Entry], findings: Sequence[Finding], versions: Versions
) -> AnswerView:
    """Return the view of an answer's record with the records that speak of it."""
    body = entry.body
    cited = {one["number"]: _cited(one, findings, versions) for one in body["citations"]}
    judgements = standing([read(one) for one in further if one.kind is Kind.JUDGEMENT])
    opinions = [{**one.body, "at": one.created_at} for one in further if one.kind is Kind.OPINION]
    return AnswerView(
        entry=entry,
        sentences=tuple(
            Said(
                number=number,
                runs=runs(one["text"], 0, len(one["text"]), sorted(map(tuple, one["bold"]))),
                verdict=one["verdict"],
                reasons=tuple(
                    each for each in one["reasons"] if not _again(each, number, findings)
                ),
                cited=tuple(cited[mark] for mark in one["citations"] if mark in cited),
                missing=tuple(mark for mark in one["citations"] if mark not in cited),
                findings=tuple(each for each in findings if each.sentence == number),
                judgements=tuple(each for each in judgements if each.sentence == number),
                opinions=tuple(each for each in opinions if each.get("sentence") == number),
            )
            for number, one in enumerate(body["sentences"], 1)
        ),
        findings=tuple(
            each for each in findings if each.sentence is None and not _shown(each, cited)
        ),
        feedback=tuple(_feedback(one) for one in further if one.kind is Kind.FEEDBACK),
        posted=tuple(one for one in further if one.kind is Kind.POSTED),
        forgotten=entry.private is None,
    )


def _shown(finding: Finding, cited: Mapping[int, Cited]) -> bool:
    """Whether a finding is shown with the citation that it names."""
    return finding.citation in cited


def _again(reason: Json, number: int, findings: Sequence[Finding]) -> bool:
    """Whether the last check says what was said when the sentence was written."""
    return any(
        (one.sentence, str(one.kind), one.detail) == (number, reason["kind"], reason["detail"])
        for one in findings
    )


def _cited(kept: Json, findings: Sequence[Finding], versions: Versions) -> Cited:
    passage, brief = kept["passage"], kept["passage"]["brief"]
    offset = passage["start"]
    mark = (kept["start"] - offset, kept["end"] - offset)
    return Cited(
        number=kept["number"],
        brief=brief,
        page=kept["page"],
        paragraph=passage["paragraph"],
        heading=tuple(passage["heading"]),
        passage=tuple(blocks(passage["text"], marks=[mark])),
        link=link_to_paragraph(
            "", brief["id"], version=brief["version"], quoted=(kept["start"], kept["end"])
        )
        + "#quote",
        today=versions.today(kept),
        findings=tuple(
            each for each in findings if each.citation == kept["number"] and each.sentence is None
        ),
    )


def _feedback(entry: Entry) -> Feedback:
    private = entry.private or {}
    return Feedback(
        good=bool(entry.body.get("good")),
        reason=entry.body.get("reason"),
        user=private.get("user"),
        note=private.get("note"),
        at=entry.created_at,
    )
