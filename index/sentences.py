"""Cut text into sentences: text in, exact offsets out. English rules, no model, no data files.

A line break always ends a sentence, so that bullets and table rows stay apart. A full stop does not
end one after an abbreviation, an initial or inside a number. Where an abbreviation may itself end
the sentence ("… by the U.S. The …"), the next word decides.
"""

import re

# A run of marks is tried once, from its start: a line of dots takes no longer than any other.
_END = re.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?:\[\d{1,3}\]|\d{1,3})?(?=\s)""")

# Never the end of a sentence: a name, a number or the thing abbreviated follows.
_LEADS_ON = frozenset(
    """mr mrs ms dr prof gen col lt sgt maj capt cmdr adm brig gov sen sens rep reps hon rev pres
    st mt ft no nos art arts sec secs ch para paras p pp vol fig figs eq cf vs v e.g i.e viz al
    h.r s.res h.res s.con.res h.con.res h.j.res s.j.res h.rept s.rept p.l u.s.c approx ca est dept
    cir stat supp pub app cal reg vet mfg prods liab sess ct cong id ed cl fn n
    jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun
    """.split()
)
# May end a sentence; a following word that often starts one decides.
_MAY_END = frozenset("u.s u.k e.u u.n d.c a.m p.m inc corp ltd co jr sr etc ph.d b.c a.d".split())
_STARTERS = frozenset(
    """the a an this that these those it its he she they we i in on at by for from to with as but
    and however moreover although while when if since after before during under both some many most
    several no not there here what which who how why yet still also another other one two three
    """.split()
)
_ALSO_WORDS = frozenset("no art mar sat sun co app cal cong id n pub vet".split())
_NO_START = frozenset("%‰°=<>×/)")  # no sentence starts with these
_LAST_WORD = re.compile(r"""([^\s()\[\]"'“‘]+?)\.$""")
_INITIAL = re.compile(r"^(?:[A-Z]\.)*[A-Z]$")
# What opens an item of a list, a note or a caption: "b. The total is …", "iv. …", "Table 2. …".
LONGEST_ENUMERATOR = 16  # characters of a line, marks and spaces before it included
_ENUMERATOR = re.compile(
    r"^[\s•▪◦*–-]*\(?(?:[A-Za-z]|\d{1,2}|[ivx]{1,4}|(?:Figure|Table|Box|Chart) [A-Z]?-?\d{1,3})\.$"
)


def split(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence, in order, without surrounding white space.

    Every character of `text` that is not white space lies in exactly one sentence.
    """
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        spans.extend((offset + start, offset + end) for start, end in _split_line(line))
        offset += len(line)
    return spans


def _split_line(line: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(line):
        if _ends_sentence(line, match):
            spans.append(_trim(line, start, match.end()))
            start = match.end()
    spans.append(_trim(line, start, len(line)))
    return [span for span in spans if span[0] < span[1]]


def _ends_sentence(line: str, match: re.Match[str]) -> bool:
    following = line[match.end() : match.end() + 60].lstrip()
    if not following:
        return False  # the end of the line closes it anyway
    if line.startswith("|"):
        return False  # a table row is one sentence
    first = following.lstrip("\"'“‘«([")[:1]
    if not first or first.islower() or _opens_item(line, match.end()):
        return False
    if following[0] in _NO_START or _is_decimal(line, match, following):
        return False
    if following[0] == "." or line[max(0, match.start() - 4) : match.start()].rstrip()[-1:] == ".":
        return False  # ". . .": marks of omission set apart
    mark = match.group()
    if mark[0] in "!?" or len(mark.rstrip("\"'”’»)]0123456789[")) > 1:
        return True
    word_match = _LAST_WORD.search(line[max(0, match.start() - 40) : match.start() + 1])
    word = word_match.group(1) if word_match else ""
    return not word or _word_may_end(word, following)


def _is_decimal(line: str, match: re.Match[str], following: str) -> bool:
    """Return whether ".1" ends a number ("3.1 Mt"), not a sentence with a note ("2019.1 The")."""
    before = line[max(0, match.start() - 6) : match.start()]
    if not before[-1:].isdigit() or not match.group()[-1].isdigit() or "[" in match.group():
        return False
    is_year = re.search(r"(?<![\d.,])(?:1[5-9]|20)\d\d$", before)
    return not is_year and _first_word(following) not in _STARTERS


def _first_word(following: str) -> str:
    bare = following.lstrip("\"'“‘«([")
    return re.split(r"[\s,;:]", bare, maxsplit=1)[0].lower()


def _opens_item(line: str, end: int) -> bool:
    return end <= LONGEST_ENUMERATOR and bool(_ENUMERATOR.match(line[:end]))


def _word_may_end(word: str, following: str) -> bool:
    bare = word.lower()
    next_word = _first_word(following)
    if bare in _MAY_END:
        return next_word in _STARTERS
    if bare in _LEADS_ON:
        # "No. 5", "Sec. 232" lead on; "… answered no. The" does not.
        return bare in _ALSO_WORDS and not following[:1].isdigit() and (next_word in _STARTERS)
    if _INITIAL.match(word):
        return len(word) > 1 and next_word in _STARTERS
    return True


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    return start, end
