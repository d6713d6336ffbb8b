"""Tell sentences of a text from what stands around them: a stretch in, what it is out.

Headings, captions, labels of fields, descriptions of drawings, references, notes on sources,
navigation and questions say nothing that could answer, whatever is asked. Rules of English over
the words alone; how well a sentence answers is the business of bot/answering/selection.py.
"""

import re

from bot.language.words import lines

_DESIGNATION = r"\b(?!FY)[A-Z]{1,4}\d{4,6}"  # of a report: "R43347"
# A reference bears the marks of one (an address, a volume, pages, a title in quotation marks that
# ends in a comma, an author in capitals, "hereinafter", "see") and, its titles taken out, no verb.
_REFERS = re.compile(
    rf"""https?://|\bhereinafter\b|\bet\ al\b|\b(?:[Vv]ol|[Nn]o|pp?)\.\s?\d|\bIbid\b
    |\b[Aa]ccessed\b|,[”"]\s(?=[A-Z\d])|\b(?:Working\ Paper|[Pp]ress\ [Rr]elease|Fed\.\ Reg\.)
    |^\W*(?:\d{{1,3}}\.\s)?(?:Department\ of\b|[A-Z]{{2,5}},\ (?=[“"A-Z\d]))
    |{_DESIGNATION},\ (?=[“"A-Z])
    |^(?:[A-Z][\w.'’&-]*,?\s(?:(?:and|et\ al\.,?|eds?\.,)\s)?)+[“"][A-Z][^“”"]+[”"]\W*$
    |^\W*(?:\d{{1,3}}\.\s)?(?:[Ss]ee|[Ff]or\ (?:details|more|further|additional|example
      |a\ discussion)\b.{{0,60}}\bsee)\b""",
    re.VERBOSE,
)
_TITLE = re.compile(r"[“\"][^”\"]*[”\"]")
_ADDRESS = re.compile(r"https?://\S+")
_SEE = re.compile(r"\b(?:see(?: also)?|cited|archived|hereinafter|accessed|updated|based)\b")
_SAYS = re.compile(
    r"""\b(?:is|are|was|were|be|been|has|have|had|will|would|can|cannot|could|may|might|must|should
    |shall|does|do|did|said|says|found|finds|shows|began|gave|made|held|holds|rose|fell|took|led
    |means|requires?|provides?|includes?|allows?|remains?|states|applies|covers|became|came|went
    |[a-z]{2,}ed)\b""",
    re.VERBOSE,
)
_POINTS_AWAY = re.compile(
    r"""^\(?(?:\[?\d{1,3}[\]).]?\s+)?(?:[Ss]ee\b|Ibid|Id\.
    |For\ (?:more|further|additional|a\ (?:fuller|longer|detailed)?\ ?discussion|details|background
      )\b.{0,160}?\b(?:see|contact|consult|visit|refer)\b
    |(?:P\.L\.|Public\ Law)\ \d+[-–]\d+(?:[,;.)]|$)|\d+\ (?:U\.S\.C|C\.F\.R|Stat)
    |\([A-Z]?[^()]{0,40}\bsee\b)""",
    re.VERBOSE,
)
_CAPTION = re.compile(
    r"^[|\s]*(?:Figure|Table|Box|Chart|Map|Exhibit|Graph|Appendix|Annex)\s"
    r"(?:[A-Z]?-?\d+|[A-Z])[a-z]?(?:[.:—–)]|\s+[^\sa-z]|\s*$)"
)
_CREDIT = re.compile(
    r"^[|\s]*(?:Sources?|Credits?|Photos?|Images?|Data|Key|Legend|Keywords?)\s?:\s", re.IGNORECASE
)
_LABEL = re.compile(r"^[A-Z][\w ,/&()’'-]{1,48}:\s+(?=\S)")
# What describes a drawing to those who do not see it, or names what it shows.
_DRAWING = re.compile(
    r"\b(?:[XYZ][ -]ax[ei]s|data series|screen readers?|alt text|interactive (?:chart|map))\b"
    r"|^(?:The |This |An? )?(?:\w+ ){0,2}(?:chart|graph|axis|diagram) (?:has|with|displaying)\b"
    r"|^(?:Image|Photo(?:graph)?|Picture|Screenshot|Map|Logo|Illustration|Icon) (?:of|by)\b",
    re.IGNORECASE,
)
_NAVIGATION = re.compile(
    r"^\W*(?:(?:skip|jump|back|return) to\b|(?:read|learn|show|view) (?:more|less|all|as)\b"
    r"|click here\b|(?:share|print|e-?mail) this\b|sign (?:up|in)\b|log in\b|subscribe\b"
    r"|follow us\b|toggle\b|table of contents\b|all rights reserved\b|copyright\b|©"
    r"|this (?:web)?site uses cookies"
    r"|(?:previous|next) (?:page|article|section)\b|download (?:the )?(?:pdf|report)\b)",
    re.IGNORECASE,
)
_CITED = re.compile(r"\(hereinafter\b|\bsee https?://")
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$")  # of a table of contents
_ABBREVIATIONS = re.compile(
    r"^\W*(?:Notes?:\s*)?[A-Z][\w&/-]{0,12}\s?=\s?\w"
)  # "GAO = Government …"
_CONTACT = re.compile(r"\b[\w.+-]+@[\w-]+\.\w{2,}|\b\d{3}[-.\s]\d{3,4}[-.\s]?\d{4}\b|\bx\d-\d{4}\b")
_ENDS = re.compile(r"""[.!…]["'”’»)\]]*(?:\[?\d{1,3}\]?)?$""")
_ASKS = re.compile(r"""\?["'”’»)\]]*(?:\[?\d{1,3}\]?)?$""")
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_AROUND = (_CREDIT, _DRAWING, _NAVIGATION, _LEADERS, _POINTS_AWAY, _CITED)
_NAMING = 0.5  # share of capital words above which what ends openly is a heading
_MAKING = re.compile(r"[a-z]{3}(?:ify|ifies|izes?)$")
_RUNNING, _PROSE = 5, 0.7  # words in small letters, and their share, from which a text is prose
LONGEST_CONTACT = 25  # words of a line that says whom to ask


def _forms() -> tuple[frozenset[str], frozenset[str]]:
    """Return the verbs' forms that are little else, and those that may be nouns."""
    finite: set[str] = set()
    bases: set[str] = set()
    for line in lines("verbs"):
        mark, _, rest = line.partition(" ")
        if mark == "=":
            finite.update(rest.split())
            continue
        for base in line.split():
            stem = base[:-1] if base[-1] == "y" and base[-2] not in "aeiou" else ""
            bases |= {base, f"{stem}ies" if stem else f"{base}s", f"{base}es"}
    return frozenset(finite), frozenset(bases)


_FINITE, _BASES = _forms()


def is_reference(sentence: str) -> bool:
    """Return whether a sentence only names a source, and so says nothing that could answer."""
    if not _REFERS.search(sentence):
        return False
    rest = _SEE.sub(" ", _ADDRESS.sub(" ", _TITLE.sub(" ", sentence)))
    return not _SAYS.search(rest)


def is_question(sentence: str) -> bool:
    """Return whether a sentence asks."""
    return bool(_ASKS.search(sentence))


def is_caption(line: str) -> bool:
    """Return whether a line names a table or a drawing."""
    return bool(_CAPTION.match(line))


def is_sentence(text: str) -> bool:
    """Return whether a stretch of prose or a bullet is a sentence that says something."""
    if is_question(text) or _is_around(text) or is_reference(text):
        return False
    label = _LABEL.match(text)
    # "Immigration: A panel held …" says something, "Contact: the library" does not.
    if label and not has_verb(label.group().rstrip(": ") + "."):
        rest = text[label.end() :]
        return not is_question(rest) and has_verb(rest) and not _is_naming(rest)
    return has_verb(text) and not _is_naming(text)


def _is_around(text: str) -> bool:
    """Return whether a stretch belongs to what stands around a text, by its own marks."""
    if any(mark.search(text) for mark in _AROUND):
        return True
    words = len(_WORD.findall(text))
    contact = words < LONGEST_CONTACT and _CONTACT.search(text)
    return is_caption(text) or bool(contact) or bool(_ABBREVIATIONS.match(text))


def has_verb(text: str) -> bool:
    """Return whether a verb stands in it that need not lean on another."""
    found = [word.replace("’", "'") for word in _WORD.findall(text)]
    lower = [word for word in found if word.islower()]
    if any(word in _FINITE or word.endswith(("ed", "n't")) for word in lower):
        return True
    if not _ENDS.search(text):
        return False  # "Maximum number of ships": half of the other verbs are nouns as well
    if any(word in _BASES or _MAKING.search(word) for word in (*lower, *_order(found))):
        return True
    # No list has every verb: what ends like a sentence and reads like one is taken for one.
    return len(lower) >= _RUNNING and len(lower) >= _PROSE * len(found)


def _order(found: list[str]) -> list[str]:
    """Return the word that may open an order: "Send the form to …"."""
    return [found[0].lower()] if len(found) > 1 and found[1].islower() else []


def _is_naming(text: str) -> bool:
    """Return whether what has no full stop at its end is a heading."""
    if _ENDS.search(text) or text.endswith((";", ":", ",")):
        return False
    found = [word for word in _WORD.findall(text) if len(word) > 3]
    capital = sum(word[0].isupper() for word in found)
    return len(found) < 3 or capital > _NAMING * len(found)
