"""Tell references from sentences: "GAO, Surface Transportation, GAO-14-628R, May 28, 2014." says
nothing that could answer. A sentence in, yes or no out.

A reference bears the marks of one (an address, a volume, pages, a title in quotation marks that
ends in a comma, "hereinafter", "see") and, its titles taken out, no verb. Rules of English alone.
"""

import re

_MARKS = re.compile(
    r"""https?://|\bhereinafter\b|\bet\ al\b|\b(?:[Vv]ol|[Nn]o|pp?)\.\s?\d|\bIbid\b
    |\b[Aa]ccessed\b|,[”"]\s(?=[A-Z\d])|\b(?:Working\ Paper|[Pp]ress\ [Rr]elease|Fed\.\ Reg\.)
    |^\W*(?:\d{1,3}\.\s)?(?:CRS\ (?:Report|In\ Focus|Insight|Legal\ Sidebar)|Department\ of|GAO|CBO
      |OMB|CRS)\b
    |^\W*(?:\d{1,3}\.\s)?(?:[Ss]ee|[Ff]or\ (?:details|more|further|additional|example|a\ discussion)
      \b.{0,60}\bsee)\b""",
    re.VERBOSE,
)
_TITLE = re.compile(r"[“\"][^”\"]*[”\"]")
_ADDRESS = re.compile(r"https?://\S+")
_SEE = re.compile(r"\b(?:see(?: also)?|cited|archived|hereinafter|accessed|updated|based)\b")
_VERB = re.compile(
    r"""\b(?:is|are|was|were|be|been|has|have|had|will|would|can|cannot|could|may|might|must|should
    |shall|does|do|did|said|says|found|finds|shows|began|gave|made|held|holds|rose|fell|took|led
    |means|requires?|provides?|includes?|allows?|remains?|states|applies|covers|became|came|went
    |[a-z]{2,}ed)\b""",
    re.VERBOSE,
)


def is_reference(sentence: str) -> bool:
    """Return whether a sentence only names a source."""
    if not _MARKS.search(sentence):
        return False
    rest = _SEE.sub(" ", _ADDRESS.sub(" ", _TITLE.sub(" ", sentence)))
    return not _VERB.search(rest)
