"""Read the metadata that an HTML page states: meta tags, JSON-LD, `<link>`, `<time>`, headings.

Takes the whole tree, before anything hidden is removed. A date is taken only from a place that
means publication; trafilatura's date finder is left out because it also reads addresses and
stray text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from ingest.dates import find_date
from ingest.decode import clean
from ingest.document import Metadata
from ingest.metadata import MAX_TITLE, from_pairs, normal_key

# On a page these speak of the site's software or of anything.
_NOT_OF_THE_TEXT = frozenset(("version", "revision", "edition", "number", "no", "link", "source"))
_WORKS = re.compile(r"Article|BlogPosting|Report|Thesis|CreativeWork|Legislation|PressRelease")
_LONG = 120  # characters of a paragraph that belongs to the text and not to its head


def stated_metadata(root: HtmlElement) -> Metadata:
    """Return what the page says of itself in its markup."""
    pairs = from_pairs(_meta_tags(root))
    linked = from_pairs(_linked_data(root))
    timed = Metadata(date=_time_element(root))
    return (
        pairs.over(linked).over(timed).over(Metadata(title=_heading(root) or _window_title(root)))
    )


def _meta_tags(root: HtmlElement) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for tag in root.iter("meta"):
        key = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        value = clean(tag.get("content") or "").strip()
        if not key or not value or normal_key(key) in _NOT_OF_THE_TEXT:
            continue
        repeated = "author" in key.lower() or "creator" in key.lower()
        pairs[key] = (
            f"{pairs[key]}; {value}" if repeated and key in pairs else pairs.get(key, value)
        )
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").split():
            pairs.setdefault("canonical", link.get("href") or "")
    return pairs


def _linked_data(root: HtmlElement) -> dict[str, str]:
    """Return headline, date and authors of the first work described in JSON-LD."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            described = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(described):
            if _WORKS.search(str(thing.get("@type", ""))):
                pairs = {
                    "headline": thing.get("headline") or thing.get("name"),
                    "date published": thing.get("datePublished"),
                    "url": thing.get("url"),
                    "authors": "; ".join(_names(thing.get("author"))),
                }
                return {key: clean(value) for key, value in pairs.items() if isinstance(value, str)}
    return {}


def _things(described: Any) -> Iterator[dict[str, Any]]:
    for thing in described if isinstance(described, list) else [described]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph")
            yield from (
                (part for part in graph if isinstance(part, dict))
                if isinstance(graph, list)
                else ()
            )


def _names(author: Any) -> list[str]:
    people = author if isinstance(author, list) else [author]
    names = (person.get("name") if isinstance(person, dict) else person for person in people)
    return [name for name in names if isinstance(name, str)]


def _time_element(root: HtmlElement) -> str | None:
    """Return the date of a `<time>` marked as publication, or the only one above the text."""
    marked = root.xpath(
        "//time[@pubdate or @itemprop='datePublished' or contains(@class, 'publish')"
        " or contains(@class, 'entry-date')]"
    )
    for element in (*marked, *root.xpath("//*[@itemprop='datePublished'][not(self::meta)]")):
        if date := _date_of(element):
            return date
    above = set(filter(None, map(_date_of, _above_text(root))))
    return above.pop() if len(above) == 1 else None


def _above_text(root: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter("p", "time"):
        if element.tag == "p" and len(element.text_content()) >= _LONG:
            return
        if element.tag == "time" and not element.xpath("ancestor::nav or ancestor::aside"):
            yield element


def _date_of(element: HtmlElement) -> str | None:
    date = find_date(element.get("datetime") or element.get("content") or element.text_content())
    return date if date and len(date) > 4 else None


def _heading(root: HtmlElement) -> str | None:
    """Return the page's only `<h1>`, preferring one inside its article."""
    for path in ("//article//h1", "//main//h1", "//h1"):
        headings = root.xpath(path)
        if len(headings) == 1:
            return _title(headings[0].text_content())
    return None


def _window_title(root: HtmlElement) -> str | None:
    """Return the window's title without the site's name behind a bar."""
    title = _title(root.findtext(".//title") or "")
    return re.sub(r"\s+\|\s+[^|]{1,60}$", "", title) if title else None


def _title(text: str) -> str | None:
    text = " ".join(clean(text).split())
    return text if 0 < len(text) <= MAX_TITLE else None
