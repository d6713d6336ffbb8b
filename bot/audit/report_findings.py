"""Show a finding with its evidence: a finding and the body of its record in, a JSON object out.

Evidence is what the record holds: sentence, quotations in their passages, the brief as it was. Of a
brief that changed since, the words that changed.
"""

from collections.abc import Mapping
from typing import Any

from bot.audit.changes import Stretch, word_diff
from bot.audit.findings import Finding

Json = dict[str, Any]
AROUND = 240  # characters of the passage shown on either side of a quotation


def finding_json(finding: Finding, body: Mapping[str, Any]) -> Json:
    """Return what is known of a finding."""
    number = finding.sentence
    sentence: Json | None = body["sentences"][number - 1] if number else None
    return {
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "detail": finding.detail,
        "sentence": finding.sentence,
        "text": sentence["text"] if sentence else None,
        "verdict": sentence["verdict"] if sentence else None,
        "citations": [
            _cited(one) for one in body["citations"] if _concerns(finding, one, sentence)
        ],
        "changed": [{"op": str(each.op), "text": each.text} for each in _changed(finding)],
        "evidence": dict(finding.evidence),
    }


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
    was, now = finding.evidence.get("was"), finding.evidence.get("now")
    if isinstance(was, str) and isinstance(now, str):
        return list(word_diff([was], [now]))
    return []
