"""Read web pages and HTML exports: what is seen of the main text, with the metadata it states.

trafilatura tells which text of a page with navigation is the main one; the blocks themselves come
from the page's own markup, so that footnotes, captions and nesting stay. A page without navigation
is taken whole. Nothing is fetched and no entity is resolved; `visible.py` lists what hides text
beyond our sight, `html_dates.py` where a date is looked for.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from index.errors import ReadError
from index.left_out import OmissionReason, counted, joined
from ingest.decode import clean, decode, lost_characters
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import MAX_TITLE, from_first_lines, from_pairs, normal_key
from ingest.readers.boxes import boxed, repeats
from ingest.readers.html_blocks import blocks_of
from ingest.readers.html_dates import found_date, labelled_date, lone_date, marked_date, shown_day
from ingest.readers.newsletters import without_newsletter
from ingest.readers.text import head_texts
from ingest.readers.visible import Unseen, remove, remove_hidden

# On a page these speak of the site's software or of anything.
_NOT_OF_THE_TEXT = frozenset(("version", "revision", "edition", "number", "no", "link", "source"))
# Site software fills these with the day of the last change as often as with that of publication.
_VAGUE_DATES = frozenset(("date", "dc date", "dcterms date", "dcterms created", "dc date created"))
_WORKS = re.compile(
    r"Article|BlogPosting|Report|Thesis|CreativeWork|Legislation|PressRelease|HowTo|Recipe"
)


def stated_metadata(root: HtmlElement) -> Metadata:
    """Return what the page says of itself in its markup."""
    tags = _meta_tags(root)
    plain = {key: value for key, value in tags.items() if not _is_vague(key)}
    stated = from_pairs(plain).over(from_pairs(_linked_data(root)))
    if stated.date is None:
        stated = replace(stated, date=marked_date(root) or labelled_date(root))
    every = from_pairs(tags)
    if stated.date is None and not _is_only_date(root, tags, every.date):
        every = replace(every, date=None, updated=None)
    shown = Metadata(title=_heading(root) or _window_title(root), date=lone_date(root))
    return stated.over(every).over(shown)


def _is_only_date(root: HtmlElement, tags: dict[str, str], date: str | None) -> bool:
    """Tell whether a vague date is no later change, and nothing on the page says otherwise."""
    if date != from_pairs({key: tags[key] for key in tags if not _is_change(key)}).date:
        return False
    return shown_day(root) in (None, date)


def _is_change(key: str) -> bool:
    return any(word in normal_key(key) for word in ("modified", "update", "revised"))


def _is_vague(key: str) -> bool:
    return normal_key(key) in _VAGUE_DATES or _is_change(key)


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


_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]{1,40})", re.I
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,100000}\])?\s*>", re.IGNORECASE)
_CHROME = (
    "//nav | //footer[not(ancestor::article or ancestor::blockquote)]"
    " | //header[not(ancestor::article or ancestor::main) and not(.//h1)] | //form | //search"
    " | //*[@role='navigation' or @role='banner' or @role='contentinfo' or @role='search']"
)
_MAYBE_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|side-bar|footer|breadcrumbs?|cookies?|"
    r"consent|share|sharing|social|related|comments?|newsletter|subscribe|banner|masthead|ads?|advert|"
    r"advertisement|promo|pagination|toolbar|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"(?:^|[\s_-])(?:(?:text|info|fact|side|key|summary|call-?out|highlight)[_-]?box(?:es)?|boxed"
    r"|(?:key-?)?takeaways?|key-?(?:points|facts|findings|messages)|callout|call-out|at-a-glance"
    r"|highlights|pull-?quotes?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PULL = re.compile(r"pull-?quote", re.IGNORECASE)
_LEAST_BOX = 25  # characters of a box that says something
_SHINGLE = 4  # words compared at a time
_SAME = 0.6  # share of a block's shingles found in trafilatura's text that makes it main text
_ENOUGH = 0.5  # least share of the page's own <article> that trafilatura's text must reach


def read(data: bytes) -> Document:
    """Return the main text of a page as blocks, with the metadata that the page states.

    Raises ReadError for binary data and for what no HTML parser accepts.
    """
    declared = _CHARSET.search(data[:4096])
    text = decode(data, declared[1].decode("ascii") if declared else None)
    if not text.strip():
        return Document(blocks=(), media_type="text/html")
    root = _parse(text)
    metadata = stated_metadata(root)
    whole = None if metadata.date else copy.deepcopy(root)
    unseen = remove_hidden(root)
    warnings = (*lost_characters(text), *unseen.warnings)
    boxes = _taken_boxes(root)
    every = blocks_of(root)
    blocks, footers = without_newsletter(_main_blocks(root))
    left = [*unseen.texts, *_left_over(every, blocks)]
    for box in boxes:
        if repeats(box, blocks):
            left += [(OmissionReason.REPEATED, block.text) for block in box]
        else:
            blocks += box
    head = from_first_lines([text for text in head_texts(blocks) if text != metadata.title])
    metadata = metadata.over(head)
    if metadata.date is None and whole is not None:
        metadata = replace(metadata, date=found_date(whole))
    left_out = joined((*counted(left), *footers))
    return Document(blocks, metadata, "text/html", warnings, left_out=left_out)


def _left_over(every: Sequence[Block], kept: Sequence[Block]) -> list[tuple[OmissionReason, str]]:
    """Return what of a page's blocks is not kept: navigation, banners, links to other pages."""
    counts = Counter(block.text for block in kept)
    left: list[tuple[OmissionReason, str]] = []
    for block in every:
        counts[block.text] -= 1
        if counts[block.text] < 0:
            left.append((OmissionReason.NAVIGATION, block.text))
    return left


def _taken_boxes(root: HtmlElement) -> list[tuple[Block, ...]]:
    """Take the boxes that belong to the text out of the tree and return their blocks."""
    whole = _length(blocks_of(root))
    taken: list[tuple[Block, ...]] = []
    for element in list(root.iter("aside", "div", "section", "blockquote", "figure")):
        names = f"{element.get('class', '')} {element.get('id', '')}"
        is_aside = element.tag == "aside" and element.xpath("ancestor::article or ancestor::main")
        if not (is_aside or _BOX.search(names)) or _MAYBE_CHROME.search(names):
            continue
        if element.xpath(".//form or ancestor::nav or ancestor::footer"):
            continue
        blocks = blocks_of(element)
        linked = sum(len(link.text_content()) for link in element.iter("a"))
        length = _length(blocks)
        if _LEAST_BOX <= length < whole / 2 and linked < length / 2:
            taken.append(boxed(blocks, "Pull quote" if _PULL.search(names) else ""))
            remove(element)
    return taken


def blocks_from_html(html: str) -> tuple[Block, ...]:
    """Return everything visible in a page or a fragment as blocks, navigation included."""
    return seen_blocks(html)[0]


def seen_blocks(html: str) -> tuple[tuple[Block, ...], Unseen]:
    """Return everything visible in a page or a fragment, and what is not."""
    if not html.strip():
        return (), Unseen()
    root = _parse(clean(html))
    unseen = remove_hidden(root)
    return blocks_of(root), unseen


def _parse(text: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, huge_tree=True)
    text = _DOCTYPE.sub("", text, count=1)
    try:
        root = document_fromstring(text.encode(), parser=parser)
        if "Excessive depth" in str(parser.error_log):
            raise ReadError("its elements are nested too deeply; save it as plain text")
        return root
    except (etree.LxmlError, ValueError) as error:
        raise ReadError("no HTML is found in it; open it in a browser and save it again") from error


def _main_blocks(root: HtmlElement) -> tuple[Block, ...]:
    every = blocks_of(root)
    chrome = root.xpath(_CHROME)
    doubtful = _doubtful_blocks(root, _length(every))
    if not chrome and not doubtful:
        return every
    main = Shingles(_trafilatura_texts(root))
    for element in chrome:
        remove(element)
    plain = blocks_of(root)
    chosen = _chosen(plain, doubtful, main)
    own = tuple(block for block in _article_blocks(root) if block not in doubtful)
    if _length(chosen) < _ENOUGH * _length(own):
        return own
    return chosen or plain or every


def _chosen(
    blocks: Sequence[Block], doubtful: frozenset[Block], main: "Shingles"
) -> tuple[Block, ...]:
    """Keep what trafilatura keeps, and what stands between without looking like site chrome."""
    kept = [main.hold(block.text) for block in blocks]
    if True not in kept:
        return ()
    first, last = kept.index(True), len(kept) - kept[::-1].index(True)
    while (
        first and blocks[first - 1].kind is BlockKind.HEADING and blocks[first - 1] not in doubtful
    ):
        first -= 1
    chosen: list[Block] = []
    for place, block in enumerate(blocks):
        is_between = first <= place < last or block.kind is BlockKind.FOOTNOTE
        if kept[place] or (is_between and block not in doubtful):
            chosen.append(block)
    return tuple(chosen)


class Shingles:
    """The runs of words in some texts, for telling whether another text is among them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._whole = {_words(text) for text in texts}
        self._runs = {run for words in self._whole for run in _runs(words)}

    def hold(self, text: str) -> bool:
        """Tell whether most of `text` occurs here; a text of few words must be one of the texts."""
        words = _words(text)
        if len(words) < _SHINGLE:
            return words in self._whole
        runs = _runs(words)
        return sum(run in self._runs for run in runs) >= _SAME * len(runs)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def _runs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[i : i + _SHINGLE] for i in range(len(words) - _SHINGLE + 1)]


def _trafilatura_texts(root: HtmlElement) -> list[str]:
    """Return the texts of paragraphs, items and rows that trafilatura takes for the main text."""
    from trafilatura import bare_extraction

    document = bare_extraction(copy.deepcopy(root), include_comments=False, favor_recall=True)
    body = getattr(document, "body", None)
    if body is None:
        return []
    return [
        " ".join(element.itertext())
        for element in body.iter("p", "head", "item", "row", "quote", "code", "ab")
    ]


def _article_blocks(root: HtmlElement) -> tuple[Block, ...]:
    """Return the blocks of the page's only `<article>` or `<main>`, () where there is none."""
    for path in ("//article[not(ancestor::article)]", "//main | //*[@role='main']"):
        found = root.xpath(path)
        if len(found) == 1:
            return blocks_of(found[0])
    return ()


def _doubtful_blocks(root: HtmlElement, size: int) -> frozenset[Block]:
    """Return the blocks in elements whose names speak of site chrome.

    An element with most of the page's text only tells of what stands beside it ("has-sidebar").
    """
    found: set[Block] = set()
    inside: set[HtmlElement] = set()
    for element in root.iter("aside", "div", "section", "ul", "ol", "p", "span"):
        if element.getparent() in inside:
            inside.add(element)
        elif _is_doubtful(element):
            blocks = blocks_of(element)
            if _length(blocks) < size / 2:
                inside.add(element)
                found.update(blocks)
    return frozenset(found)


def _is_doubtful(element: HtmlElement) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return element.tag == "aside" or _MAYBE_CHROME.search(names) is not None


def _length(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks)
