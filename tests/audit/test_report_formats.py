"""CSV that no spreadsheet runs."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.audit.report_formats import COLUMNS, cell, report_csv
from bot.language.untrusted import safe

DANGEROUS = "=+-@＝＋－＠"
EMPTY = dict.fromkeys(COLUMNS) | {"citations": [], "changed": [], "elsewhere": [], "judged": []}
TEXTS = some.text(
    some.sampled_from("=+-@＝＋－＠;,\"'\t\r\n |aé0\u200b\ufeff\xa0") | some.characters()
)


def rows(shown: str, **how: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(shown, newline=""), **how))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\n=1", "'=1"),
        (" =1", "'=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("＝1", "'＝1"),
        ("＠x", "'＠x"),
        ("−1", "'−1"),
        ('"=1', "'\"=1"),
        ("a;=1", "a;'=1"),
        ('a"; @x', "a\";' @x"),
    ],
)
def test_what_could_begin_a_formula_gets_an_apostrophe(text, shown):
    assert cell(text) == shown


@pytest.mark.parametrize("text", ["Ten ships", "3 of 4", "a=b", "x - y", "e@mail", "'quoted'"])
def test_other_text_stays_as_it_is(text):
    assert cell(text) == text


def test_nothing_is_an_empty_cell():
    assert (cell(None), cell(0.5), cell("")) == ("", "0.5", "")


@given(some.lists(TEXTS, min_size=1, max_size=4))
def test_a_row_is_a_line_and_no_cell_begins_a_formula(texts):
    """Read with commas, and with semicolons as Excel does where those part the cells of a list."""
    fields = ("question", "detail", "text", "model")
    findings = [{**EMPTY, **dict(zip(fields, texts, strict=False))}]
    shown = report_csv({"findings": findings})
    assert shown.count("\r\n") == 2
    assert not re.search(r"[\r\n]", shown.replace("\r\n", ""))
    read = rows(shown)
    assert [len(row) for row in read] == [len(COLUMNS)] * 2
    for delimiter in ",;":
        for row in rows(shown, delimiter=delimiter):
            assert not [
                one for one in row if one.strip(' "\xa0\u200b\ufeff')[:1] in tuple(DANGEROUS)
            ]
    for field, text in zip(fields, texts, strict=False):
        assert read[1][COLUMNS.index(field)] == cell(text)


@given(TEXTS)
def test_a_cell_loses_no_word(text):
    """Apostrophes come; white space and control characters go, what turns writing is marked."""
    without = {ord("'"): None} | dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))
    assert "".join(cell(text).translate(without).split()) == "".join(
        safe(text.translate(without)).split()
    )
