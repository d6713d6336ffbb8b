"""Make text safe to send to Slack, and Slack's text readable: text in, text out.

In *mrkdwn* (message text, sections) `&`, `<` and `>` are escaped and everything in angle brackets
is a command: a mention, a link, a date. What comes from briefs, people or errors passes through
here, or goes into `plain_text` and `rich_text` elements, where nothing is parsed
(bot/slack/blocks/elements.py); those, too, get it without control and bidi characters.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from bot.language.untrusted import safe
from index import sentences

LONGEST_URL = 3_000  # characters, of a button's url; Slack's reference, Block Kit
CUT = " …"  # stands where text was left out

# What render.safe leaves: a bidi mark, tags that nobody sees, and what no JSON can hold.
_UNSENDABLE = re.compile("[\u061c\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile("[&<>]")
_ENTITY = re.compile("&(amp|lt|gt);")
_TOKEN = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$|^[0-9a-f:.]+$")


def clean(text: str) -> str:
    """Return text of the same length without control, bidi and unsendable characters."""
    return _UNSENDABLE.sub("\ufffd", safe(text))


def composed(value: Any) -> Any:
    """Return text, or blocks of it, in the form (NFC) in which the ledger keeps it."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {key: composed(one) for key, one in value.items()}
    return [composed(one) for one in value] if isinstance(value, list | tuple) else value


def escape(text: str) -> str:
    """Return text that mrkdwn shows as it is; formatting marks (`*`, backticks) still format."""
    return _SPECIAL.sub(lambda match: _ENTITIES[match[0]], clean(text))


def unescape(text: str) -> str:
    """Return what Slack's escaping of `&`, `<` and `>` stands for."""
    names = {"amp": "&", "lt": "<", "gt": ">"}
    return _ENTITY.sub(lambda match: names[match[1]], text)


def readable(text: str, bot_user_id: str | None = None) -> str:
    """Return what a person typed, from the text of Slack's event: words for commands, no escapes.

    The bot's own mention is left out; those of others stay, as names where Slack gives them.
    """
    words = unescape(_TOKEN.sub(lambda match: _words(match, bot_user_id), text))
    lines = (" ".join(line.split()) for line in clean(words).splitlines())
    return "\n".join(lines).strip()


def quoted(said: str) -> str:
    """Return text as people quote it in a message: each line behind "> "."""
    return "\n".join(f"> {line}" for line in said.splitlines())


def unquoted(said: str) -> tuple[str, str]:
    """Return what is said in a message, and what it quotes."""
    lines = said.splitlines()
    own = [line for line in lines if not line.startswith(">")]
    others = [line.lstrip("> ") for line in lines if line.startswith(">")]
    return "\n".join(own).strip(), "\n".join(others).strip()


def web_address(url: str | None) -> str | None:
    """Return an http(s) address as it may stand in a link, percent-encoded, or None.

    Refused: other schemes, user names in it, no host, white space, over LONGEST_URL characters.
    """
    host = host_of(url)
    if url is None or host is None:
        return None
    parts = urlsplit(url.strip())
    port = f":{parts.port}" if parts.port else ""
    netloc = (f"[{host}]" if ":" in host else host) + port
    path, query, fragment = (
        quote(part, safe="/%:@!$&'*+,;=?~-._") for part in (parts.path, parts.query, parts.fragment)
    )
    made = urlunsplit((parts.scheme.lower(), netloc, path, query, fragment))
    return made if len(escape(made)) <= LONGEST_URL else None


def host_of(url: str | None) -> str | None:
    """Return the host that an address leads to, in ASCII (punycode), or None where it is unfit."""
    if url is None or clean(url) != url or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        _ = parts.port  # raises ValueError where it is none
    except (ValueError, UnicodeError):
        return None
    odd = parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc
    return None if odd or any(map(str.isspace, parts.netloc)) or not _HOST.match(host) else host


def weight(text: str) -> int:
    """Return the length that Slack may count: after escaping, and in UTF-16 units."""
    units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units + sum(text.count(sign) * (len(name) - 1) for sign, name in _ENTITIES.items())


def shorten(text: str, limit: int) -> str:
    """Return text of a weight of at most `limit`, cut at a space and marked where it was cut."""
    if len(text) <= limit and weight(text) <= limit:
        return text
    end = _fitting(text, 0, limit - len(CUT))
    kept = text[:end]
    space = kept.rfind(" ")
    return (kept[:space] if space > end // 2 else kept).rstrip() + CUT


def fit(ready: str, limit: int) -> str:
    """Return text that is escaped already in at most `limit` characters, cut at white space."""
    if len(ready) <= limit:
        return ready
    kept = ready[: limit - len(CUT)]
    space = max(kept.rfind(" "), kept.rfind("\n"))
    return ready[: max(space, 0)].rstrip() + CUT


def one_line(text: str, limit: int) -> str:
    """Return text cleaned, in one line, shortened to a weight of `limit`."""
    return shorten(" ".join(clean(text[: limit * 4]).split()), limit)


def split(text: str, limit: int) -> list[str]:
    """Return text in pieces of a weight of at most `limit`, nothing lost but white space.

    Cut between paragraphs, else between sentences, else at a space, else anywhere.
    """
    return [text[start:end] for start, end in spans(text, limit)]


def spans(text: str, limit: int) -> list[tuple[int, int]]:
    """Return (start, end) of the pieces of `split`, without surrounding white space."""
    return [span for span in _cuts(text, limit) if span[0] < span[1]]


def _cuts(text: str, limit: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _fitting(text, start, limit)
        if end < len(text):
            end = start + _best_cut(text[start:end])
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        yield start + lead, start + max(lead, len(piece.rstrip()))
        start = end


def _best_cut(window: str) -> int:
    enough = len(window) // 4
    paragraphs = [match.end() for match in _PARAGRAPH.finditer(window)]
    if paragraphs and paragraphs[-1] > enough:
        return paragraphs[-1]
    last = sentences.split(window)[-1:]
    if last and last[0][0] > enough:
        return last[0][0]
    space = max(window.rfind(" "), window.rfind("\n"))
    return space + 1 if space > enough else len(window)


def _fitting(text: str, start: int, limit: int) -> int:
    """Return the end of the longest slice from `start` of that weight, at least one character."""
    window = text[start : start + max(limit, 1)]
    if weight(window) <= limit:
        return start + len(window)
    lengths = range(1, len(window) + 1)
    fitting = bisect_right(lengths, limit, key=lambda length: weight(window[:length]))
    return start + min(max(fitting, 1), len(window))


def _words(match: re.Match[str], bot_user_id: str | None) -> str:
    sign, target, label = match.groups()
    if sign == "@":
        return " " if target == bot_user_id else f"@{label or target}"
    if sign == "#":
        return f"#{label or target}"
    if sign == "!":
        return label or f"@{target.split('^')[0]}"
    return label or target.removeprefix("mailto:")
