"""Read an e-mail (.eml): what its author wrote, and the attachments as files of their own.

The body is the plain text, or the visible HTML where there is none. Quoted history and signature
are cut where they follow the text. What the mail says of itself is metadata: subject, Date, From.
Attachments are bounded in number and size.
"""

import re
from email import policy
from email.generator import BytesGenerator
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from io import BytesIO

from index.errors import ReadError
from index.left_out import counted, joined
from ingest.decode import clean, decode
from ingest.document import Attachment, Block, Document, Metadata
from ingest.metadata import from_first_lines
from ingest.readers import SUPPORTED_SUFFIXES, suffix_of
from ingest.readers.html import Shingles, seen_blocks
from ingest.readers.newsletters import without_newsletter
from ingest.readers.text import head_texts
from ingest.readers.visible import Unseen
from ingest.stated_dates import find_date

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
    for i, line in enumerate(lines):
        near_end = len(lines) - i - 1 <= _SIGNATURE_LINES
        if near_end and _SIGNATURE.match(line) and "".join(lines[:i]).strip():
            return lines[:i]
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1].strip())):
        lines = lines[:-1]
    return lines


def _forwarded(lines: list[str]) -> list[str]:
    i = 0
    while i < len(lines) and (
        not lines[i].strip() or _FORWARDED.match(lines[i]) or _ORIGINAL.match(lines[i])
    ):
        i += 1
    while i < len(lines) and (_FIELD.match(lines[i]) or _RULE.match(lines[i])):
        i += 1
    return lines[i:]


MAX_ATTACHMENTS = 50
MAX_ATTACHED = 50_000_000  # bytes, all attachments of a mail together
_MAX_NAME = 150  # characters
_SUFFIX_OF_TYPE = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    "message/rfc822": "eml",
}
_SILENT = ("image/", "text/calendar", "application/pgp-", "application/pkcs7-", "message/delivery")


def is_attachment(part: Message) -> bool:
    """Tell whether a leaf part is a file of its own and no part of the text."""
    if part.get_content_type() == "message/rfc822":
        return True
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        return True
    return bool(_file_name(part)) or part.get_content_type() == "text/calendar"


def attachments_of(mail: Message) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the attachments in formats that we read, and a warning for each that is left out."""
    taken: list[Attachment] = []
    warnings: list[str] = []
    size = 0
    for number, part in enumerate(_attached(mail), 1):
        name = _name(part, number)
        if suffix_of(name) not in SUPPORTED_SUFFIXES:
            if not part.get_content_type().startswith(_SILENT):
                warnings.append(f"attachment {name} is not in a supported format and was left out")
            continue
        data = _bytes(part)
        if len(taken) >= MAX_ATTACHMENTS or size + len(data) > MAX_ATTACHED:
            limit = f"{MAX_ATTACHMENTS} attachments and {MAX_ATTACHED // 10**6} MB"
            warnings.append(f"attachment {name} is over the limit of {limit} and was left out")
        elif data.strip():
            size += len(data)
            taken.append(Attachment(name, data))
    return tuple(taken), tuple(warnings[:MAX_ATTACHMENTS])


def _attached(part: Message) -> list[Message]:
    """Return the attached parts in order, without looking into attached mails."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        inner = [each for each in part.get_payload() if isinstance(each, Message)]
        return [found for each in inner for found in _attached(each)]
    return [part] if is_attachment(part) else []


def _name(part: Message, number: int) -> str:
    """Return a bare file name with a suffix that fits the part's type."""
    name = _file_name(part)
    if not name and part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        name = _bare(str(first.get("Subject", ""))) if isinstance(first, Message) else ""
    suffix = _SUFFIX_OF_TYPE.get(part.get_content_type(), "")
    if suffix == "eml" or (suffix and not suffix_of(name)):
        name = f"{(name or f'attachment-{number}').removesuffix('.eml')}.{suffix}"
    return name or f"attachment-{number}"


def _file_name(part: Message) -> str:
    try:
        return _bare(part.get_filename() or "")
    except Exception:  # the standard library's header parser trips over some malformed values
        return ""


def _bare(name: str) -> str:
    """Return the last part of a path, without control characters, in one line."""
    name = " ".join(clean(name).split())
    return re.sub(r"[/\\:*?\"<>|]+", "-", re.sub(r".*[/\\](?=.)", "", name))[-_MAX_NAME:].strip(
        " ."
    )


def _bytes(part: Message) -> bytes:
    """Return the decoded content; of an attached mail, the mail as a file."""
    if part.get_content_type() != "message/rfc822":
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    inner = part.get_payload()
    target = BytesIO()
    try:
        mail = inner[0] if isinstance(inner, list) else None
        if isinstance(mail, Message):
            BytesGenerator(target, mangle_from_=False, policy=compat32).flatten(mail)
    except Exception:  # a mail too malformed to be written out again is left out
        return b""
    return target.getvalue()


MEDIA_TYPE = "message/rfc822"
_MAX_DEPTH = 20  # multiparts within each other
_STUB = 80  # a plain part of fewer characters is none if the HTML beside it says much more
_LINK = re.compile(r"[\[(<]*\w+://\S*")
_SENTENCE = 6  # words
_COVERING_WORDS = 80  # a text of fewer words beside attachments is a note that goes with them
# "Re:", "AW:", and the tag that a mailing list puts before each subject: "[Briefs] ".
_PREFIX = re.compile(
    r"^(?:\s*(?:(?:re|fwd?|aw|wg|tr|sv|antw)\s*(?:\[\d+\])?\s*:|\[(?=[^\]]*[^\W\d_])[^\]]{1,40}\]))+\s*",
    re.IGNORECASE,
)
_QUOTE = (
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    "|//blockquote[@type='cite']|//*[contains(@class, 'moz-cite-prefix')]"
    "|//*[contains(@class, 'gmail_signature')]|//*[@id='Signature' or @id='signature']"
    "|//*[@id='divRplyFwdMsg']|//*[@id='divRplyFwdMsg']/following-sibling::*"
    "|//*[contains(@class, 'yahoo_quoted')]"
)


def read(data: bytes) -> Document:
    """Return body and attachments of a mail; the body may be empty if there are attachments.

    A short text beside attachments is left out: a covering note is no brief. Raises ReadError if
    the mail is encrypted or too deeply nested.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:64]:  # saved as UTF-16
        data = decode(data).encode()
    if data.startswith(b"From "):  # the separator line of a mailbox
        data = data.partition(b"\n")[2]
    try:
        mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
        _refuse_encrypted(mail)
        unseen: list[Unseen] = []
        blocks = _blocks(mail, 0, unseen)
        attachments, warnings = attachments_of(mail)
        if messages := _digested(mail):
            blocks, attachments = (), (*messages, *attachments)
    except RecursionError as error:
        raise ReadError("nested too deeply; ingest its attachments as files") from error
    blocks, left_out = without_newsletter(blocks)
    words = sum(len(block.text.split()) for block in blocks)
    if attachments and 0 < words < _COVERING_WORDS:
        note = f"a covering note of {words} words; what is attached is kept"
        blocks, warnings = (), (note, *warnings)
    metadata = _metadata(mail).over(from_first_lines(head_texts(blocks)))
    warnings += tuple(dict.fromkeys(line for each in unseen for line in each.warnings))
    hidden = counted(piece for each in unseen for piece in each.texts)
    left_out = joined((*hidden, *left_out))
    return Document(blocks, metadata, MEDIA_TYPE, warnings, attachments, left_out)


def _digested(mail: EmailMessage) -> tuple[Attachment, ...]:
    """Return the messages of a digest in plain text (RFC 1153) as mails of their own."""
    if mail.is_multipart() or mail.get_content_type() != "text/plain":
        return ()
    found: list[Attachment] = []
    for part in re.split(r"^-{20,70}[ \t]*$", _text(mail), flags=re.MULTILINE):
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(
            re.sub(r"\A\s*(?:Message: \d+\s+)?", "", part).encode()
        )
        if message["From"] and message["Subject"]:
            name = _bare(header(message, "Subject")) or str(len(found) + 1)
            found.append(Attachment(f"{name}.eml", message.as_bytes()))
    return tuple(found) if len(found) > 1 else ()


def header(part: Message, name: str) -> str:
    """Return a header as clean text in one line, "" where it is missing or beyond repair."""
    try:
        value = part.get(name, "")
        return " ".join(clean(str(value)).split())
    except Exception:  # the standard library's header parser trips over some malformed values
        return ""


def _refuse_encrypted(mail: EmailMessage) -> None:
    kind = mail.get_content_type()
    sealed = kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") and "signed" not in str(
        mail.get_param("smime-type", "")
    )
    if kind == "multipart/encrypted" or sealed:
        raise ReadError("encrypted; save it decrypted and ingest it again")


def _metadata(mail: EmailMessage) -> Metadata:
    stated = header(mail, "Subject").strip()
    subject = _PREFIX.sub("", stated, count=1) or stated
    author = parseaddr(header(mail, "From"))[0].strip(" '\"")
    return Metadata(
        title=subject or None,
        date=_date(header(mail, "Date")),
        authors=(author,) if author and "@" not in author else (),
    )


def _date(value: str) -> str | None:
    """Return the day on which the mail says it was written, in its own time zone."""
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):
        return find_date(value)  # as some programs write it: "2022-09-11T08:00:00Z"


def _blocks(part: Message, depth: int, unseen: list[Unseen]) -> tuple[Block, ...]:
    """Return the text of a part: of alternatives one, of other multiparts all."""
    if depth > _MAX_DEPTH:
        raise ReadError("nested too deeply; ingest its attachments as files")
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        parts = [each for each in part.get_payload() if isinstance(each, Message)]
        if part.get_content_subtype() == "alternative":
            return _best([_blocks(each, depth + 1, unseen) for each in parts], unseen)
        return tuple(block for each in parts for block in _blocks(each, depth + 1, unseen))
    if is_attachment(part):
        return ()
    if part.get_content_type() == "text/html":
        return _html_blocks(_text(part), unseen)
    return _text_blocks(own_text(_text(part))) if part.get_content_maintype() == "text" else ()


def _best(alternatives: list[tuple[Block, ...]], unseen: list[Unseen]) -> tuple[Block, ...]:
    """Return the first of the alternatives that is no stub, the plain one as a rule.

    Programs show the last; what the plain one says beyond it is a warning.
    """
    filled = [blocks for blocks in alternatives if blocks]
    if not filled:
        return ()
    longest = max(filled, key=_length)
    first = filled[0]
    if _length(first) < _STUB and _length(longest) > 1.5 * _length(first):
        return longest
    shown = Shingles([" ".join(block.text for block in filled[-1])])
    plain = [_LINK.sub("", block.text) for block in first if filled[-1] is not first]
    other = [text for text in plain if len(text.split()) >= _SENTENCE and not shown.hold(text)]
    if other:
        said = f'the plain text says what the HTML does not show, such as "{other[0][:80]}"'
        unseen.append(Unseen(warnings=(said,)))
    return first


def _length(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


def _text(part: Message) -> str:
    """Return the text of a leaf part by its charset, by detection where that is wrong."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    return decode(payload, part.get_content_charset())


def _text_blocks(text: str) -> tuple[Block, ...]:
    from ingest.readers.text import blocks_from_text

    return blocks_from_text(text) if text.strip() else ()


def _html_blocks(html: str, unseen: list[Unseen]) -> tuple[Block, ...]:
    """Return the visible text without quoted history, unless the mail is nothing else."""
    from lxml.html import document_fromstring, tostring

    if not html.strip():
        return ()
    whole, hidden = seen_blocks(html)
    unseen.append(hidden)
    try:
        root = document_fromstring(html.encode(), parser=None)
    except Exception:  # lxml finds nothing to parse in it, and so does the reader
        return whole
    for node in root.xpath(_QUOTE):
        if node.getparent() is not None:
            node.drop_tree()
    own = seen_blocks(tostring(root, encoding="unicode"))[0]
    cut = next((i for i, block in enumerate(own) if i and is_history(block.text)), len(own))
    return own[:cut] or whole
