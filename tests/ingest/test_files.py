"""Locations have one spelling each, and a form that no terminal acts upon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.files import Pattern, canonical_url, printable, url_fault


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs", "Cc", "Cf", "Cs"])))
def test_nothing_that_a_terminal_acts_upon_is_left(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert not {"\n", "\r", "\x1b", "\u202e", "\u2028", "\udcff"} & set(shown)
    shown.encode()


def test_ordinary_names_are_shown_as_they_are() -> None:
    assert printable("Überblick\u00a0– 概要.md") == "Überblick\u00a0– 概要.md"
    assert printable("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://A.Example", "http://a.example/"),
        ("https://a.example:443/B?c=D#e", "https://a.example/B?c=D"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
    ],
)
def test_a_url_has_one_spelling(url: str, canonical: str) -> None:
    assert url_fault(url) is None
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("*.md", "a.md", True),
        ("*.md", "b/a.md", False),
        ("**/*.md", "a.md", True),
        ("**/*.md", "b/c/a.md", True),
        ("b/**/d/*.md", "b/d/a.md", True),
        ("b/**/d/*.md", "b/c/c/d/a.md", True),
        ("b/**/d/*.md", "b/c/a.md", False),
        ("b*", "b/c/a.md", True),
        ("*", "../a.md", False),
    ],
)
def test_a_pattern_covers_what_it_would_find(tmp_path, monkeypatch, pattern, path, covered) -> None:
    monkeypatch.chdir(tmp_path)
    assert Pattern.parse(pattern).covers(str((tmp_path / path).resolve())) is covered
