"""Cut a mail's quoted history and signature off its text. Knows nothing of headers and parts."""

import re

_SIGNATURE = re.compile(r"^--\s*$")
_SIGNATURE_LINES = 20  # what follows "--" is a signature if it is at most so many lines
_SENT_FROM = re.compile(
    r"^(?:sent from my|sent from outlook|get outlook for|envoyé de mon)\b.{0,60}$", re.I
)
_QUOTED = re.compile(r"^\s{0,3}(?:>\s?)+")
_WROTE = re.compile(
    r"^\s*(?:>\s*)*(?:On\b.{6,300}\bwrote|Am\b.{6,300}\bschrieb.{0,120}|Le\b.{6,300}\ba écrit|"
    r"El\b.{6,300}\bescribió)\s*:\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine)\s*-{2,}\s*$", re.I
)
_FORWARDED = re.compile(
    r"^\s*(?:-{2,}\s*forwarded (?:message|by)\b.*|begin forwarded message\s*:?"
    r"|-{2,}\s*weitergeleitete nachricht.*)\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\s*\*?(?:from|sent|to|cc|date|subject|reply-to|von|gesendet|an|betreff)\s*:\*?(?:\s|$)", re.I
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_NOTE = 300  # a forward with so many characters or fewer above it is nothing but a forward


def own_text(text: str) -> str:
    """Return what the sender wrote; of a mail that is nothing but a forward, what is forwarded."""
    lines = text.split("\n")
    at, forwarded = _history(lines)
    own = _unsigned(_unquoted(lines[:at]))
    if forwarded and len("".join(own).strip()) <= _NOTE:
        return "\n".join([*own, "", *_unsigned(_forwarded(lines[at:]))]).strip()
    if not "".join(own).strip():
        return "\n".join(_unsigned([_QUOTED.sub("", line) for line in _forwarded(lines)])).strip()
    return "\n".join(own).strip()


def is_history(text: str) -> bool:
    """Tell whether a paragraph begins a mail's history: "On ... wrote:", "From: ... Sent: ..."."""
    head = re.match(r"\*?(?:From|Von)\s*:.*?\b(?:Sent|Date|Gesendet)\s*:", text)
    return bool(_WROTE.match(text) or _ORIGINAL.match(text) or head)


def _history(lines: list[str]) -> tuple[int, bool]:
    """Return the line at which an unmarked earlier mail begins, and whether it is forwarded."""
    for i, line in enumerate(lines):
        if _FORWARDED.match(line):
            return i, True
        if _ORIGINAL.match(line) or _is_header_block(lines, i):
            return i, False
        if _is_intro(lines, i) and not _has_quote_after(lines, i):
            return i, False
    return len(lines), False


def _is_header_block(lines: list[str], i: int) -> bool:
    """Tell whether Outlook's header of the mail below starts here: From, Sent, To, Subject."""
    start = i + 1 if _RULE.match(lines[i]) else i
    if start >= len(lines) or not re.match(r"\s*\*?(?:From|Von)\s*:", lines[start]):
        return False
    return sum(bool(_FIELD.match(line)) for line in lines[start : start + 6]) >= 3 and start > 0


def _is_intro(lines: list[str], i: int) -> bool:
    """Tell whether "On ... wrote:" starts here, on one line or broken over up to three."""
    if not re.match(r"\s*(?:On|Am|Le|El)\b", lines[i]):
        return False
    return any(_WROTE.match("\n".join(lines[i : i + n])) for n in (1, 2, 3))


def _has_quote_after(lines: list[str], i: int) -> bool:
    """Tell whether the lines after the introduction are marked with ">"."""
    following = [line for line in lines[i + 1 : i + 6] if line.strip()]
    return any(_QUOTED.match(line) for line in following)


def _unquoted(lines: list[str]) -> list[str]:
    """Drop the lines marked with ">" and what introduces them; answers between them stay."""
    kept: list[str] = []
    skip = 0
    for i, line in enumerate(lines):
        if skip:
            skip -= 1
        elif _is_intro(lines, i):
            skip = next(n for n in (1, 2, 3) if _WROTE.match("\n".join(lines[i : i + n]))) - 1
        elif not _QUOTED.match(line):
            kept.append(line)
    return kept


def _unsigned(lines: list[str]) -> list[str]:
    """Drop a closing signature, where text stands before it."""
    for i, line in enumerate(lines):
        near_end = len(lines) - i - 1 <= _SIGNATURE_LINES
        if near_end and _SIGNATURE.match(line) and "".join(lines[:i]).strip():
            return lines[:i]
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1].strip())):
        lines = lines[:-1]
    return lines


def _forwarded(lines: list[str]) -> list[str]:
    """Return a forwarded text without its marker and header lines."""
    i = 0
    while i < len(lines) and (
        not lines[i].strip() or _FORWARDED.match(lines[i]) or _ORIGINAL.match(lines[i])
    ):
        i += 1
    while i < len(lines) and (_FIELD.match(lines[i]) or _RULE.match(lines[i])):
        i += 1
    return lines[i:]
