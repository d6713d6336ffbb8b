"""Words typed wrong are found by the words that the library has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.library import Library
from index.settings import Settings
from index.spelling import is_common, may_be_wrong
from tests.drafts import draft

CABLES = (
    "Cables and tariffs\n\n"
    "The Estlink cable was cut. Regulations on the tariff rate for semi finished copper changed, "
    "and the government of Halden signed a ceasefire. Shipping of amphibious vehicles stopped; "
    "a ship lay at Kaliningrad. Two ships of the Typhon class and shipments of Fordo steel came."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """One brief on many matters."""
    home = tmp_path_factory.mktemp("spelled")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True, one_shot=True) as opened:
        opened.publish([draft("c.txt", CABLES)])
        yield opened


def test_a_letter_or_two_wrong_is_read_as_the_library_writes_it(library: Library) -> None:
    """Missing, doubled, swapped and wrong letters, in the stem or the ending; names as names."""
    meant = {
        "tarrif": "tariff",
        "tarriff": "tariff",
        "coper": "copper",
        "finshed": "finished",
        "estlnk": "Estlink",
        "Estlnk": "Estlink",
        "goverment": "government",
        "regulatons": "Regulations",
        "amphibous": "amphibious",
        "Kalingrad": "Kaliningrad",
        "typhn": "Typhon",
        "semifinished": "semi finished",
    }
    assert library.spellings(list(meant)) == meant


def test_a_word_of_the_library_or_of_english_is_never_changed(library: Library) -> None:
    """Nor is a name that differs by a letter, an acronym, or what is near nothing."""
    right = (
        "ceasefire typhoon copter goverments Holden Zorblax EU ofac tariffs shipped Estlink2 "
        "calc governed cable rate coppery fordow"
    ).split()
    assert library.spellings(right) == {"fordow": "Fordo", "goverments": "government"}


def test_two_words_are_joined_where_the_library_writes_one(library: Library) -> None:
    """ "Cease fire" is the ceasefire; "semi finished" stands so in the library."""
    pairs = [("cease", "fire"), ("semi", "finished"), ("tariff", "rate"), ("ship", "ping")]
    assert library.compounds(pairs) == {
        ("cease", "fire"): "ceasefire",
        ("ship", "ping"): "Shipping",
    }


def test_an_empty_library_knows_no_better(tmp_path: Path, model_cache: Path) -> None:
    """What was typed stays."""
    (tmp_path / "models").symlink_to(model_cache)
    with Library.open(Settings(home=tmp_path), create=True, one_shot=True) as empty:
        assert empty.spellings(["tarrif"]) == {}
        assert empty.compounds([("cease", "fire")]) == {}


def test_regular_forms_of_common_words_are_common() -> None:
    """British spellings are too; what may be wrong has letters alone and is no acronym."""
    assert all(map(is_common, "faked organisation labour slated cables Norway".split()))
    assert not any(map(is_common, "tarrif estlnk goverment".split()))
    assert [one for one in ("tarrif", "OFAC", "fy27", "abc") if may_be_wrong(one)] == ["tarrif"]
