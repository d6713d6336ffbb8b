"""Claims about the date of a web page, and about the doubtful ones that are left alone."""

import pytest

from ingest.readers.html import read

BODY = (
    "<p>The ministry said that the quota of grain would be doubled within a month of the vote.</p>"
)


def date_of(body: str, head: str = "") -> str | None:
    page = (
        f"<html><head><title>Quotas</title>{head}</head><body><h1>Quotas</h1>{body}</body></html>"
    )
    return read(page.encode()).metadata.date


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Erschienen am: 01.11.2023", "2023-11-01"),
        ("Publié le 29 juin 2019", "2019-06-29"),
        ("Last updated: 1 May 2020<br>Published: 3 April 2020", "2020-04-03"),
    ],
)
def test_a_labelled_line_below_the_text_dates_the_page(line, day):
    assert date_of(f"{BODY * 3}<div>{line}</div>") == day


def test_what_a_reader_sees_goes_before_the_attribute_that_software_fills():
    time = '<time class="published" datetime="2019-07-03T10:18:46Z">29 juin 2019</time>'
    assert date_of(f"{time}{BODY}") == "2019-06-29"


def test_a_date_marked_for_publication_goes_before_a_vague_one():
    head = '<meta name="date" content="2022-01-21">'
    marked = '<time itemprop="datePublished" datetime="2022-01-27">27.01.2022</time>'
    assert date_of(f"{marked}{BODY}", head) == "2022-01-27"


def test_the_date_of_a_comment_is_not_that_of_the_page():
    comment = (
        '<div class="comments"><time itemprop="datePublished" datetime="2020-04-28"></time></div>'
    )
    assert date_of(f"{BODY}{comment}") is None


@pytest.mark.parametrize("key", ["article:modified_time", "last-modified"])
def test_the_date_of_a_change_is_none_of_publication(key):
    assert date_of(BODY, f'<meta property="{key}" content="2020-04-28">') is None


def test_a_vague_date_counts_where_the_page_shows_no_other():
    head = '<meta name="date" content="2020-04-28">'
    assert date_of(BODY, head) == "2020-04-28"
    assert date_of(f"<div>Ann Bee, 3 May 2020</div>{BODY}", head) == "2020-05-03"


def test_a_date_in_the_address_of_the_page_counts():
    address = "https://x.example/2016/09/07/ports"
    assert date_of(BODY, f'<link rel="canonical" href="{address}">') == "2016-09-07"


def test_htmldate_finds_a_date_that_stands_plainly_on_the_page():
    assert date_of(
        f'<div class="byline">Ann Bee wrote this for us, 2. November 2021</div>{BODY}'
    ) == ("2021-11-02")


def test_a_date_that_only_one_reading_of_two_gives_is_left_alone():
    assert date_of(f"<div class='meta'>Ann Bee 01/11/2023 Berlin</div>{BODY}") is None


def test_a_layout_that_is_named_after_its_sidebar_holds_the_text():
    time = '<time class="entry-date" datetime="2020-04-09T07:59:57+02:00">Do 9 Apr 2020</time>'
    page = f'<div class="content with sidebar"><h1>Quotas</h1>{time}{BODY}</div>'
    assert read(f"<html><body>{page}</body></html>".encode()).metadata.date == "2020-04-09"
    beside = f'<h1>Quotas</h1>{BODY}<div class="sidebar">{time}</div>'
    assert read(f"<html><body>{beside}</body></html>".encode()).metadata.date is None


@pytest.mark.parametrize("kind", ["NewsArticle", "HowTo", "Recipe"])
def test_linked_data_of_any_work_dates_the_page(kind):
    data = f'{{"@type": "{kind}", "name": "Quotas", "datePublished": "2022-01-10T22:06:08:684Z"}}'
    assert date_of(BODY, f'<script type="application/ld+json">{data}</script>') == "2022-01-10"
