"""Show a finding with its evidence: a finding and the body of its record in, a JSON object out.

Evidence is what the record holds: sentence, quotations in their passages, the brief as it was. Of a
brief that changed since, the words that changed.
"""

from collections.abc import Mapping
from typing import Any

from bot.audit.findings import Finding, FindingKind
from bot.audit.text_diff import Stretch, word_diff

Json = dict[str, Any]
AROUND = 240  # characters of the passage shown on either side of a quotation


def finding_json(finding: Finding, body: Mapping[str, Any]) -> Json:
    """Return what is known of a finding; one about a citation has the sentence that cites it."""
    number = finding.sentence or _citing(finding.citation, body)
    sentence = _sentence(number, body)
    return {
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "detail": finding.detail,
        "sentence": number,
        "text": sentence["text"] if sentence else None,
        "verdict": sentence["verdict"] if sentence else None,
        "citations": [
            _cited(one) for one in body["citations"] if _concerns(finding, one, sentence)
        ],
        "changed": [{"op": str(each.op), "text": each.text} for each in _changed(finding)],
        "elsewhere": _elsewhere(finding.evidence),
        "evidence": dict(finding.evidence),
    }


def _citing(citation: int | None, body: Mapping[str, Any]) -> int | None:
    sentences = enumerate(body["sentences"], 1)
    return next((number for number, one in sentences if citation in one["citations"]), None)


def _sentence(number: int | None, body: Mapping[str, Any]) -> Json | None:
    there: list[Json] = body["sentences"]
    return there[number - 1] if number and number <= len(there) else None


def _concerns(finding: Finding, citation: Json, sentence: Json | None) -> bool:
    """Return whether a finding is about a citation, or about the sentence that it bears out."""
    if finding.citation is not None:
        return bool(citation["number"] == finding.citation)
    return sentence is not None and citation["number"] in sentence["citations"]


def _cited(citation: Json) -> Json:
    passage, brief = citation["passage"], citation["passage"]["brief"]
    before, quote, after = _around(citation)
    return {
        "number": citation["number"],
        "before": before,
        "quote": quote,
        "after": after,
        "paragraph": passage["paragraph"],
        "page": citation["page"],
        "brief": {
            key: brief[key] for key in ("id", "number", "title", "date", "version", "source_url")
        },
    }


def _around(citation: Json) -> tuple[str, str, str]:
    """Return the quotation as recorded, with what stands around it in the passage as seen."""
    passage = citation["passage"]
    start = citation["start"] - passage["start"]
    end = citation["end"] - passage["start"]
    text = passage["text"]
    if text[start:end] != citation["quote"]:  # the finding is about just that
        return "", citation["quote"], ""
    before, after = text[:start], text[end:]
    if len(before) > AROUND:
        before = "… " + before[-AROUND:].split(" ", 1)[-1]
    if len(after) > AROUND:
        after = after[:AROUND].rsplit(" ", 1)[0] + " …"
    return before, text[start:end], after


def _changed(finding: Finding) -> list[Stretch]:
    """Return the words of a brief that changed, or those of a quotation that are not its source's.

    Removed is what stood there first, or stands in the source; added what stands now, or was said.
    """
    evidence = finding.evidence
    if finding.kind is FindingKind.CORRECTED and {"old", "new"} <= evidence.keys():
        return word_diff(evidence["old"], evidence["new"])
    if (
        finding.kind is FindingKind.FABRICATED
        and {"nearest", "changed", "quote"} <= evidence.keys()
    ):
        return word_diff(evidence["nearest"]["text"], evidence["quote"])
    return []


def _elsewhere(evidence: Mapping[str, Any]) -> list[Json]:
    """Return the passages that the words stand in, are pieced together from, or are nearest to."""
    found = [(what, evidence[what]) for what in ("support", "nearest") if what in evidence]
    found += [("piece", piece) for piece in evidence.get("pieces", ())]
    return [
        {
            "what": what,
            **{key: one[key] for key in ("brief_id", "version", "title", "paragraph")},
            "text": one["text"],
        }
        for what, one in found
    ]
