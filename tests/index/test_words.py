"""Words and stems: the same cut wherever words are compared."""

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import (
    CONTEXT_WEIGHT,
    content_words,
    said,
    share,
    stem,
    stems,
    stems_in,
    word_weights,
    words,
)


@given(st.text())
def test_words_are_lower_case_and_whole(text: str) -> None:
    """Any text gives words without spaces or capitals, and a word gives itself again."""
    found = words(text)
    assert all(word and word == word.lower() and not word.isspace() for word in found)
    assert [again for word in found for again in words(word)] == found


@given(st.text())
def test_stemming_never_fails(text: str) -> None:
    assert len(stems(text)) == len(content_words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,240.5 tonnes", ["1240.5", "tonnes"]),
        ("12,345,678", ["12345678"]),
        ("2.5%", ["2.5"]),
        ("in 2019-01", ["in", "2019", "01"]),
        ("U.S. and E.U.", ["us", "and", "eu"]),
        ("O’Neill's", ["o", "neill", "s"]),
        ("well-known AT&T", ["well", "known", "at", "t"]),
        ("Café naïve", ["cafe", "naive"]),
        ("№ 5, Kevlar™", ["no", "5", "kevlartm"]),
        ("IF10753", ["if10753"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
    ],
)
def test_words_are_cut_as_people_read_them(text: str, expected: list[str]) -> None:
    """Numbers lose grouping commas, abbreviations their dots, letters their accents."""
    assert words(text) == expected


def test_numbers_are_never_stemmed() -> None:
    assert stem("1240.5") == "1240.5"
    assert stem("tariffs") == stem("tariff")


def test_filler_carries_no_matter() -> None:
    assert content_words("Please tell me what the briefs say about cod") == ["cod"]


def test_threads_find_the_stems_that_one_thread_finds() -> None:
    """Eight threads that stem at once, none of them helped by the cache, never mix their words."""
    rooted = itertools.product("bcdfglmnprst", "aeio", ("lat", "nd", "rm", "st", "ct"))
    roots = ["".join(parts) for parts in rooted]
    endings = ("ional", "fulness", "ization", "ing", "ies", "ements", "ivity", "ed", "alism")
    many = [root + ending for root in roots for ending in endings]
    stem.cache_clear()
    alone = [stem(word) for word in many]
    for _ in range(5):
        stem.cache_clear()
        together = threading.Barrier(8)

        def stemmed(begin: int, together: threading.Barrier = together) -> dict[str, str]:
            together.wait()
            return {word: stem(word) for word in many[begin:] + many[:begin]}

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(stemmed, range(0, 8 * 7, 7)))
        kept = [stem(word) for word in many]  # what the cache now holds
        assert kept == alone
        assert all(list(map(one.get, many)) == alone for one in found)


def rarity(terms: Sequence[str]) -> dict[str, float]:
    return {term: 3.0 if term == "cod" else 1.0 for term in terms}


def test_other_forms_of_a_word_count() -> None:
    """Clipped words and two-digit fiscal years are recognised, short beginnings are not."""
    terms = ("approp", "fy27", "art")
    assert said(terms, "Appropriations for FY2027, artists") == {"approp", "fy27"}


def test_a_word_counts_by_how_rare_it_is() -> None:
    assert word_weights("the cod quota", "", rarity) == {"cod": 0.75, "quota": 0.25}


def test_words_of_earlier_turns_count_less() -> None:
    weights = word_weights("quota survey", "survey of herring", rarity)
    assert weights["quota"] == weights["survei"]
    assert weights["her"] == pytest.approx(CONTEXT_WEIGHT * weights["quota"])
    assert share(weights, weights) == pytest.approx(1)


def test_a_question_without_words_weighs_nothing() -> None:
    assert word_weights("", "", rarity) == {}
    assert share({}, ()) == 0


def test_what_is_written_without_spaces_gives_pairs_of_letters() -> None:
    """Chinese, Japanese and Thai are found by two letters; a single one stands by itself."""
    assert words("中国の予算 2016年") == ["中国", "国の", "の予", "予算", "2016", "年"]


def test_words_of_another_language_have_its_stems_too() -> None:
    """German forms of a word meet; English has none but its own, nor has an unknown language."""
    assert stems_in("German", ["sanktionen"]) == ["sanktion"]
    assert stems_in("German", ["sanktion"]) == []  # like the English stem
    assert stems_in("English", ["sanctions"]) == stems_in("Klingon", ["sanctions"]) == []
