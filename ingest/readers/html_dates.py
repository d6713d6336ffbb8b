"""The date of a web page: what its markup and its labelled lines say, else what htmldate finds.

A tree that nothing is removed from goes in; an ISO date and that of a later change come out. In
this order: metadata that means publication (with the caller), an element marked as the date,
a line such as "Erschienen am: 01.11.2023", metadata that says only "date", the lone `<time>` above
the text, and htmldate's find, which is kept only where that day stands in the page's address or is
the first that the page states, in a wording that can be read in no other way. Dates of comments and
of other articles are nobody's.
"""

import copy
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from ingest.metadata import date_line
from ingest.stated_dates import find_date, locate_date

_LONG = 120  # characters of a paragraph that belongs to the text and not to its head
_STATED = 300  # characters of a text or attribute in which the wording of a date is looked for
_ELSEWHERE = re.compile(
    r"(?:^|[\s_/-])(?:comments?|kommentare?|commentaires?|reply|replies|related|sidebar|teaser|widget)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SILENT = frozenset(("script", "style", "noscript", "template"))


def marked_date(root: HtmlElement) -> str | None:
    """Return the date of an element marked as the date of publication."""
    marked = root.xpath(
        "//*[@itemprop='datePublished'][not(self::meta)] | //time[@pubdate or"
        " contains(@class, 'publish') or contains(@class, 'entry-date')]"
    )
    for element in marked:
        if not _is_elsewhere(element) and (date := _date_of(element)):
            return date
    return None


def labelled_date(root: HtmlElement) -> str | None:
    """Return the day that lines such as "Published: 3 May 2016" state, if they all state one."""
    found: set[str] = set()
    for element, text in _texts(root):
        if len(text) <= _LONG and not _is_elsewhere(element, footers=False):
            stated = date_line(text, labelled=True)
            if stated and stated.date and len(stated.date) == 10:
                found.add(stated.date)
    return found.pop() if len(found) == 1 else None


def lone_date(root: HtmlElement) -> str | None:
    """Return the date of the only `<time>` above the text."""
    above = set(filter(None, map(_date_of, _above_text(root))))
    return above.pop() if len(above) == 1 else None


def found_date(root: HtmlElement) -> str | None:
    """Return htmldate's find where the page states that very day in clear words."""
    from htmldate import find_date as search

    try:
        found = search(copy.deepcopy(root), original_date=True)
    except Exception:  # an odd page may trip it; the page then has no date
        return None
    return found if found and _is_plain(root, found) else None


def shown_day(root: HtmlElement) -> str | None:
    """Return the first day that a short line of the page states; sentences and footers do not."""
    for element, text in _texts(root):
        if len(text) <= _LONG and not _is_elsewhere(element):
            days = list(_days(text))
            if days and not text.endswith((".", "!", "?")):
                return days[0]
    return None


def _is_plain(root: HtmlElement, day: str) -> bool:
    """Tell whether a day stands in the page's address, or is the first that it shows."""
    return any(day in _days(each) for each in _addresses(root)) or shown_day(root) == day


def _days(text: str) -> Iterator[str]:
    """Yield the days that a text states, each in a wording that can be read in no other way."""
    while _YEAR.search(text) and (located := locate_date(text)):
        if len(located[0]) == 10:
            yield located[0]
        text = text[located[2] :]


def _addresses(root: HtmlElement) -> Iterator[str]:
    for element in root.iter("link", "meta"):
        names = (element.get("rel") or element.get("property") or "").split()
        if "canonical" in names or "og:url" in names:
            yield (element.get("href") or element.get("content") or "")[:_STATED]


def _texts(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield each stretch of text between two tags with the element that it stands in."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in _SILENT and element.text:
            yield element, " ".join(element.text.split())
        parent = element.getparent()
        if element.tail and parent is not None and parent.tag not in _SILENT:
            yield parent, " ".join(element.tail.split())


def _above_text(root: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter("p", "time"):
        if element.tag == "p" and len(element.text_content()) >= _LONG:
            return
        if element.tag == "time" and not _is_elsewhere(element):
            yield element


def _date_of(element: HtmlElement) -> str | None:
    """Return the date that a reader sees in an element, else the one in its attributes."""
    shown = find_date(element.text_content())
    stated = find_date(element.get("datetime") or element.get("content") or "")
    date = shown if shown and len(shown) == 10 else stated or shown
    return date if date and len(date) > 4 else None


def _holds_title(element: HtmlElement) -> bool:
    """Tell whether the page's title stands in it: "with-sidebar" is then said of the whole text."""
    return element.tag in ("body", "html") or element.find(".//h1") is not None


def _is_elsewhere(element: HtmlElement, *, footers: bool = True) -> bool:
    """Tell whether an element belongs to comments, other articles, navigation or a footer."""
    for each in (element, *element.iterancestors()):
        names = f"{each.get('class', '')} {each.get('id', '')} {each.get('itemtype', '')}"
        if (
            each.tag in ("nav", "aside")
            or (footers and each.tag == "footer")
            or (_ELSEWHERE.search(names) and not _holds_title(each))
        ):
            return True
    return False
