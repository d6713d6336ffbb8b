"""Claims about dates in many languages, and about those that are left alone."""

import pytest

from ingest.stated_dates import find_date, locate_date, unclear_date, whole_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("15.09.2016", "2016-09-15"),
        ("3. 9. 2016", "2016-09-03"),
        ("2016/9/7", "2016-09-07"),
        ("7 septembre 2016", "2016-09-07"),
        ("1er mars 2017", "2017-03-01"),
        ("15 janv. 2016", "2016-01-15"),
        ("7. Dezember 2022", "2022-12-07"),
        ("10. Jänner 2018", "2018-01-10"),
        ("14 мая 2021 г.", "2021-05-14"),
        ("7 вересня 2016 року", "2016-09-07"),
        ("2016年9月7日", "2016-09-07"),
        ("2016년 9월 7일", "2016-09-07"),
        ("12 يناير 2024", "2024-01-12"),
        ("١٢ يناير ٢٠٢٤", "2024-01-12"),
        ("12 كانون الثاني 2024", "2024-01-12"),
        ("7 בספטמבר 2016", "2016-09-07"),
        ("1.º de enero de 2020", "2020-01-01"),
        ("7 de setembre del 2016", "2016-09-07"),
        ("1º gennaio 2021", "2021-01-01"),
        ("2016. szeptember 7.", "2016-09-07"),
        ("2019 m. kovo 4 d.", "2019-03-04"),
        ("9 Eylül 2016", "2016-09-09"),
        ("septembre 2016", "2016-09"),
        ("2016年9月", "2016-09"),
    ],
)
def test_a_date_is_read_in_the_words_of_its_language(text, iso):
    assert locate_date(text) == (iso, 0, len(text))


def test_the_first_date_of_a_text_is_found_where_it_stands():
    assert locate_date("am 3. März 2016 und 4. April 2017") == ("2016-03-03", 3, 15)


@pytest.mark.parametrize(
    ("text", "iso"), [("5 listopada 2016", "2016-11-05"), ("5. listopada 2016.", "2016-10-05")]
)
def test_a_name_of_two_months_is_told_by_how_its_language_writes_a_date(text, iso):
    """Listopad is November in Polish and October in Croatian, which has full stops."""
    assert find_date(text) == iso


@pytest.mark.parametrize(
    "text", ["we may 2016 times", "set 2016 people", "in 2016", "30 février 2016", "2010-11 мая"]
)
def test_words_and_impossible_days_are_no_date(text):
    assert find_date(text) is None


@pytest.mark.parametrize("text", ["09/07/2016", "on 09-07-2016 in Paris"])
def test_what_can_be_read_as_two_days_is_left_alone_and_named(text):
    assert find_date(text) is None
    assert unclear_date(text) in text


def test_a_typed_date_is_the_whole_text_or_none():
    assert [whole_date(each) for each in (" 07.09.2016", "2016", "on 07.09.2016")] == [
        "2016-09-07", "2016", None,
    ]  # fmt: skip
