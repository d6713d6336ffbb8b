"""Read an e-mail (.eml): what its author wrote, and the attachments as files of their own.

The body is the plain text, or the visible HTML where there is none. Quoted history and signature
are cut where they follow the text. What the mail says of itself is metadata: subject, Date, From.
"""

import re
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime

from index.errors import ReadError
from ingest.decode import clean, decode
from ingest.document import Block, Document, Metadata
from ingest.metadata import from_first_lines
from ingest.readers.headings import head_texts
from ingest.readers.html import blocks_from_html
from ingest.readers.mail_attachments import attachments_of, is_attachment
from ingest.readers.mail_text import is_history, own_text

MEDIA_TYPE = "message/rfc822"
_MAX_DEPTH = 20  # multiparts within each other
_STUB = 80  # a plain part of fewer characters is none if the HTML beside it says much more
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
    if data.startswith(b"From "):  # the separator line of a mailbox
        data = data.partition(b"\n")[2]
    try:
        mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
        _refuse_encrypted(mail)
        blocks = _blocks(mail, 0)
        attachments, warnings = attachments_of(mail)
    except RecursionError as error:
        raise ReadError("nested too deeply; ingest its attachments as files") from error
    words = sum(len(block.text.split()) for block in blocks)
    if attachments and 0 < words < _COVERING_WORDS:
        note = f"a covering note of {words} words; what is attached is kept"
        blocks, warnings = (), (note, *warnings)
    metadata = _metadata(mail).over(from_first_lines(head_texts(blocks)))
    return Document(blocks, metadata, MEDIA_TYPE, warnings, attachments)


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
        return None


def _blocks(part: Message, depth: int) -> tuple[Block, ...]:
    """Return the text of a part: of alternatives one, of other multiparts all."""
    if depth > _MAX_DEPTH:
        raise ReadError("nested too deeply; ingest its attachments as files")
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        parts = [each for each in part.get_payload() if isinstance(each, Message)]
        if part.get_content_subtype() == "alternative":
            return _best([_blocks(each, depth + 1) for each in parts])
        return tuple(block for each in parts for block in _blocks(each, depth + 1))
    if is_attachment(part):
        return ()
    if part.get_content_type() == "text/html":
        return _html_blocks(_text(part))
    return _text_blocks(own_text(_text(part))) if part.get_content_maintype() == "text" else ()


def _best(alternatives: list[tuple[Block, ...]]) -> tuple[Block, ...]:
    """Return the first of the alternatives that is no stub, the plain one as a rule."""
    filled = [blocks for blocks in alternatives if blocks]
    if not filled:
        return ()
    longest = max(filled, key=_length)
    first = filled[0]
    return longest if _length(first) < _STUB and _length(longest) > 1.5 * _length(first) else first


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


def _html_blocks(html: str) -> tuple[Block, ...]:
    """Return the visible text without quoted history, unless the mail is nothing else."""
    from lxml.html import document_fromstring, tostring

    if not html.strip():
        return ()
    whole = blocks_from_html(html)
    try:
        root = document_fromstring(html.encode(), parser=None)
    except Exception:  # lxml finds nothing to parse in it, and so does the reader
        return whole
    for node in root.xpath(_QUOTE):
        if node.getparent() is not None:
            node.drop_tree()
    own = blocks_from_html(tostring(root, encoding="unicode"))
    cut = next((i for i, block in enumerate(own) if i and is_history(block.text)), len(own))
    return own[:cut] or whole
