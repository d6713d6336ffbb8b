"""Reading: briefs and their anchors, corrections, search, open questions, statistics."""

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Visit
from tests.web.browser.visitor import PHONE, WIDE, Visitor
from tests.web.browser.world import World


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_citation_leads_to_its_words_in_the_brief(visit, world, size):
    """In the version that was cited, highlighted, scrolled into sight."""
    page = visit(viewport=size).open("/answers/planted")
    page.locator("#s2 .sources a").first.click()
    page.wait_for_url(f"**/briefs/{world.briefs['corrected']}@1?quote=*")
    mark = page.locator("mark").first
    expect(mark).to_have_text("reached about 4.2 million tonnes in October")
    expect(mark).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("script", [True, False])
def test_a_paragraph_has_an_address(visit: Visit, world: World, script: bool) -> None:
    """`/briefs/ID#p4` scrolls there, with or without script."""
    visitor = visit(java_script_enabled=script, viewport=PHONE)
    page = visitor.open(f"/briefs/{world.briefs['corrected']}#p4")
    expect(page.locator("#p4")).to_be_in_viewport()


def test_the_cited_words_are_in_sight_beside_the_sentence(visitor: Visitor, world: World) -> None:
    page = visitor.open(f"/answers/{world.answers['tonnes']}")
    mark = page.locator("#s1 .passage mark").first
    inside = mark.evaluate(
        "one => { const box = one.closest('.passage').getBoundingClientRect();"
        " const own = one.getBoundingClientRect();"
        " return own.top >= box.top - 1 && own.top < box.bottom; }"
    )
    assert inside


def test_a_withdrawn_brief_is_said_to_be_withdrawn(visitor: Visitor, world: World) -> None:
    """Beside the sentence and on its own page, which stays."""
    page = visitor.open(f"/answers/{world.answers['nord']}")
    expect(page.locator("#s1 .today").first).to_contain_text("withdrawn")
    page.locator("#s1 .sources a").first.click()
    expect(page.locator("main")).to_contain_text("This brief has been withdrawn.")


def test_answers_are_searched_and_filtered(visitor: Visitor) -> None:
    """Words and filters together; each can be taken away, and the address keeps them."""
    page = visitor.open("/")
    page.get_by_label("Search questions and answers").fill("canal tolls")
    page.keyboard.press("Enter")
    expect(page.locator(".queue > li")).to_have_count(1)
    page.get_by_role("link", name="Remove filter: “canal tolls”").click()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Outcome").select_option("declined")
    page.get_by_role("button", name="Search").click()
    assert "outcome=declined" in page.url
    for entry in page.locator(".queue > li").all():
        expect(entry).to_contain_text("nothing found")
    page.get_by_role("link", name="all answers").click()
    assert page.locator(".queue > li").count() > 10


def test_statistics_are_drawn_and_told(visitor: Visitor) -> None:
    """Each picture has a name, can be pointed at, and has its numbers as a table."""
    page = visitor.open("/statistics")
    pictures = page.get_by_role("img")
    expect(page.get_by_role("img", name="Questions over time")).to_be_visible()
    assert pictures.count() >= 2
    page.get_by_text("Show as a table").first.click()
    table = page.get_by_role("table").first
    expect(table.get_by_role("columnheader", name="Not answered")).to_be_visible()
    shown = sum(int(cell) for row in table.locator("tbody tr").all()
                for cell in row.locator("td").all_inner_texts())  # fmt: skip
    asked = int(page.locator(".figures dd").first.inner_text())
    assert shown == asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_stay_inside_a_phone(visit: Visit, scheme: str) -> None:
    """Their letters keep their size; nothing of them leaves the window."""
    visitor = visit(viewport=PHONE, color_scheme=scheme)
    page = visitor.open("/statistics")
    outside = page.evaluate(
        "[...document.querySelectorAll('svg *')].filter(one => one.getBoundingClientRect &&"
        " one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)"
    )
    assert outside == []
    assert visitor.overflow() <= 0
