"""Turn bytes into clean text: NFC, newlines as \\n, no control or invisible characters.

The encoding is the one of the byte order mark, else the declared one, else UTF-8, else what
charset-normalizer finds. Time is linear in the size of the input.
"""

import codecs
import re
import unicodedata

from index.errors import ReadError

MAX_LOST = 0.01  # share of characters that may be lost in decoding
_SAMPLE = 65_536  # bytes shown to the detector, whose work grows faster than its input

# What documents are really saved in; the detector's rarer guesses are nearly always wrong.
_LIKELY = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 iso8859_2 iso8859_5 iso8859_7 "
    "iso8859_8 koi8_r koi8_u mac_roman cp437 cp850 cp852 cp866 cp932 shift_jis euc_jp iso2022_jp "
    "gb18030 big5 cp949 euc_kr"
).split()
_CLEARLY = 0.02  # difference of the detector's coherence, in [0, 1], that outweighs cp1252
_NOT_WESTERN = re.compile(
    r"(?<=[a-zA-Z])[^\s\w!-~‘’“”–—…«»©®™€£§°]+(?=[a-zA-Z])|[¹²³¼½¾](?=[a-zA-Z])"
)

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls (C0, C1), soft hyphen, zero-width and bidirectional marks, noncharacters, tag characters.
# Zero-width joiners stay behind letters of scripts that are spelt with them, and inside emoji.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
    "|(?<![\u0590-\u1fff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# Sorting a run of combining marks takes time quadratic in its length; 30 is the bound of the
# Stream-Safe Text Format (Unicode Standard Annex 15, section 13).
_MARK_RUN = re.compile(
    "([\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u06d6-\u06ed\u0730-\u074a\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]{30})"
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u06d6-\u06ed\u0730-\u074a\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]+"
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the clean text of `data`; `declared` is the charset that its carrier states, if any.

    Characters that cannot be decoded become U+FFFD. Raises ReadError for what is no text, or when
    more than one character in a hundred is lost.
    """
    text = _decoded(data, declared)
    lost = text.count("\ufffd") + len(_CONTROL.findall(text))
    if lost > MAX_LOST * len(text):
        raise ReadError(_refusal(text, lost))
    return clean(text)


def clean(text: str) -> str:
    """Normalise text that is decoded already: NFC, \\n, nothing invisible, no lone surrogates."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _UNSEEN.sub("", _NEWLINES.sub("\n", text))
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARK_RUN.sub(r"\1", text))


def lost_characters(text: str) -> tuple[str, ...]:
    """Return a warning for the ingest report if `text` has characters lost in decoding, else ()."""
    lost = text.count("\ufffd")
    if not lost:
        return ()
    return (f"{lost} character{'s' if lost > 1 else ''} could not be decoded and read as \ufffd",)


def _decoded(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if (wide := wide_encoding(data)) is not None:
        return data.decode(wide, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        if (strict := _strictly(data, encoding)) is not None:
            return strict
    return _damaged_utf8(data) or data.decode(_detected(data), "replace")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding.strip(" \"'"))
    except (UnicodeError, LookupError, ValueError):
        return None


def wide_encoding(data: bytes) -> str | None:
    """Recognise UTF-16 without its mark by the NULs in one half of each pair of bytes."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 2 or sample.count(0) < half * 0.3:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.4 * half or min(even, odd) > 0.02 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _damaged_utf8(data: bytes) -> str | None:
    """Return UTF-8 with single broken bytes, unless the breaks outnumber the sound sequences."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    sound = len(text) - lost - sum(map(len, re.findall("[\x00-\x7f]+", text)))
    return text if lost <= MAX_LOST * len(text) and sound > lost else None


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, (first.start() if first else 0) - 1_000)
    sample = data[start : start + _SAMPLE]
    if len(_CONTROL.findall(sample.decode("latin-1"))) > MAX_LOST * len(sample):
        raise ReadError(
            "binary data, not text; give the file its right name, or convert it to text"
        )
    matches = from_bytes(sample, cp_isolation=list(_LIKELY), enable_fallback=False)
    best = matches.best() or from_bytes(sample, enable_fallback=False).best()
    if best is None:
        raise ReadError("its encoding is unknown; save it as UTF-8 and ingest it again")
    odd = _NOT_WESTERN.search(str(best))  # "F‰hre" for "Fähre"
    western = _strictly(sample, "cp1252") if odd else None
    if western and not _NOT_WESTERN.search(western):
        return "cp1252"
    for match in matches:  # short Western texts fit many code pages; the common one is likeliest
        clear = best.coherence - match.coherence > _CLEARLY
        if match.encoding == "cp1252" and not clear and not _NOT_WESTERN.search(str(match)):
            return "cp1252"
    return best.encoding


def _refusal(text: str, lost: int) -> str:
    share = f"{lost / len(text):.0%} of its characters"
    if "\x00" in text or len(_CONTROL.findall(text)) > text.count("\ufffd"):
        return (
            f"binary data, not text ({share}); give the file its right name, or convert it to text"
        )
    return f"{share} cannot be decoded; save it as UTF-8 and ingest it again"
