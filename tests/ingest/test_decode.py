"""Claims about decoding and cleaning."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from ingest.decode import clean, decode, lost_characters

WESTERN = "The café in Zürich: déjà vu, naïve façade. Growth was 3 % in 2016."
RUSSIAN = "Встреча прошла в пятницу. Стороны договорились о новой встрече весной."
POLISH = (
    "Rozmowy zakończyły się w piątek. Strony uzgodniły, że następne spotkanie odbędzie się w maju."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "utf-8"),
        (WESTERN, "utf-8-sig"),
        (WESTERN, "utf-16"),
        (WESTERN, "utf-16-le"),
        (WESTERN, "utf-16-be"),
        (WESTERN, "utf-32"),
        (WESTERN, "latin-1"),
        (WESTERN + " “So”, they said – twice…", "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (POLISH, "cp1250"),
    ],
)
def test_the_encoding_is_found(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_a_declared_encoding_is_believed_if_it_fits():
    """The carrier's word decides between encodings that all fit; a false one does not."""
    assert decode("Łódź".encode("iso-8859-2"), "iso-8859-2") == "Łódź"
    assert decode(WESTERN.encode(), "ascii") == WESTERN
    assert decode(WESTERN.encode(), "no-such-charset") == WESTERN


def test_a_few_broken_bytes_are_shown_and_counted():
    """Damage under one per cent is kept visible, and the report says so."""
    text = decode(("é" * 500).encode() + b"\xff" + ("è" * 500).encode())
    assert text.count("\ufffd") == 1
    assert lost_characters(text) == ("1 character could not be decoded and read as \ufffd",)
    assert lost_characters("sound") == ()


def test_more_than_one_lost_character_in_a_hundred_is_refused():
    with pytest.raises(ReadError, match="cannot be decoded"):
        decode(b"\xff\xfe" + b"\x00\xd8" * 5 + "word ".encode("utf-16-le") * 20)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x06\x00\x00\x00",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + bytes(range(256)),
        random.Random(7).randbytes(4_000),
        b"\x00" * 500,
    ],
    ids=["picture", "zip", "noise", "zeros"],
)
def test_binary_data_is_refused(data):
    with pytest.raises(ReadError, match="binary data, not text"):
        decode(data)


@given(st.binary(max_size=400))
def test_no_bytes_make_anything_but_clean_text_or_a_refusal(data):
    """Random files never crash, and what is accepted is clean."""
    try:
        text = decode(data)
    except ReadError:
        return
    assert text == clean(text)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    text.encode()


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_twice_changes_nothing_more(text):
    once = clean(text)
    assert clean(once) == once
    once.encode()


def test_invisible_characters_go():
    """NUL, soft hyphen, zero width, direction marks and tag characters leave no trace."""
    assert clean("a\x00b\u00adc\u200bd\ufeffe\u202ef\U000e0041g\x07") == "abcdefg"
    assert clean("cafe\u0301") == "café"
    assert clean("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_joiners_stay_where_a_script_needs_them():
    """Persian is spelt with zero-width non-joiners, and emoji are built with joiners."""
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👩\u200d🚀") == "👩\u200d🚀"
    assert clean("in\u200dvisible") == "invisible"


def test_paired_surrogates_are_one_character_and_lone_ones_are_shown():
    """Text handed on by other libraries may hold halves of characters."""
    assert clean("\ud83d\ude00 \ud800") == "😀 \ufffd"


@pytest.mark.parametrize(
    "data",
    [b"word " * 1_000_000, b"caf\xe9 " * 1_000_000, ("a" + "\u0301\u0316" * 1_000_000).encode()],
    ids=["ascii", "latin-1", "marks"],
)
def test_time_grows_with_the_size_and_no_faster(data):
    """A quadratic way would take hours for five megabytes, a run of combining marks included."""
    start = time.process_time()
    decode(data)
    assert time.process_time() - start < 60
