"""Reading: briefs and their anchors, corrections, search, open questions, statistics."""

import pytest
from playwright.sync_api import Locator, expect

from tests.web.browser.conftest import Visit
from tests.web.browser.visitor import PHONE, WIDE, Visitor
from tests.web.browser.world import World


def in_sight(mark: Locator) -> bool:
    """Whether all of an element is inside the window."""
    found: bool = mark.evaluate(
        "one => { const box = one.getBoundingClientRect();"
        " return box.top >= 0 && box.bottom <= innerHeight && box.height > 0; }"
    )
    return found


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_citation_leads_to_its_words_in_the_brief(
    visit: Visit, world: World, size: dict[str, int]
) -> None:
    """In the version that was cited, highlighted, scrolled into sight."""
    page = visit(viewport=size).open("/answers/planted")
    page.locator("#s2 .sources a").first.click()
    page.wait_for_url(f"**/briefs/{world.briefs['corrected']}@1?quote=*")
    mark = page.locator("mark").first
    expect(mark).to_have_text("reached about 4.2 million tonnes in October")
    page.wait_for_function("() => { const y = scrollY; return new Promise(done => "
                           "setTimeout(() => done(scrollY === y && y > 0), 200)); }")  # fmt: skip
    assert in_sight(mark)


@pytest.mark.parametrize("script", [True, False])
def test_a_paragraph_has_an_address(visit: Visit, world: World, script: bool) -> None:
    """`/briefs/ID#p4` scrolls there, with or without script."""
    visitor = visit(java_script_enabled=script, viewport=PHONE)
    page = visitor.open(f"/briefs/{world.briefs['corrected']}#p4")
    page.wait_for_timeout(800)  # the browser scrolls gently
    box = page.locator("#p4").bounding_box()
    assert box
    assert 0 <= box["y"] < PHONE["height"]


def test_a_report_number_is_an_address_too(visitor: Visitor) -> None:
    """As people know their briefs."""
    page = visitor.open("/briefs/BB-2022-07")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Black Sea Grain Initiative")


def test_the_cited_words_are_in_sight_beside_the_sentence(visitor: Visitor, world: World) -> None:
    """Also in a long passage."""
    page = visitor.open(f"/answers/{world.answers['tonnes']}")
    mark = page.locator("#s1 .passage mark").first
    inside = mark.evaluate(
        "one => { const box = one.closest('.passage').getBoundingClientRect();"
        " const own = one.getBoundingClientRect();"
        " return own.top >= box.top - 1 && own.top < box.bottom; }"
    )
    assert inside


def test_a_correction_is_shown_word_by_word(visitor: Visitor, world: World) -> None:
    """What was taken out and what was put in, and the older version says that it is one."""
    page = visitor.open(f"/answers/{world.answers['tonnes']}")
    changed = page.locator("#s1 .today.changed").first
    expect(changed).to_contain_text("Version 2")
    expect(changed.locator("del", has_text="for another 120 days").first).to_be_visible()
    expect(changed.locator("ins", has_text="33 million").first).to_be_visible()
    page.locator("#s1 .sources a").first.click()
    expect(page.locator("main")).to_contain_text("This is an older version.")


def test_a_withdrawn_brief_is_said_to_be_withdrawn(visitor: Visitor, world: World) -> None:
    """Beside the sentence and on its own page, which stays."""
    page = visitor.open(f"/answers/{world.answers['nord']}")
    expect(page.locator("#s1 .today").first).to_contain_text("withdrawn")
    page.locator("#s1 .sources a").first.click()
    expect(page.locator("main")).to_contain_text("This brief has been withdrawn.")


def test_the_conversation_leads_up_to_a_follow_up(visitor: Visitor, world: World) -> None:
    """What was asked before stands above, and how the question was understood."""
    page = visitor.open(f"/answers/{world.answers['sweden']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("and Sweden?")
    expect(page.locator("main")).to_contain_text("when did Finland join NATO?")
    expect(page.locator("main")).to_contain_text("Understood as:")


def test_answers_are_searched_and_filtered(visitor: Visitor) -> None:
    """Words and filters together; each can be taken away, and the address keeps them."""
    page = visitor.open("/")
    page.get_by_label("Search questions and answers").fill("canal tolls")
    page.keyboard.press("Enter")
    expect(page.locator(".queue > li")).to_have_count(1)
    page.get_by_role("link", name="Remove filter: “canal tolls”").click()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Outcome").select_option("no")
    page.get_by_role("button", name="Search").click()
    assert "answered=no" in page.url
    for entry in page.locator(".queue > li").all():
        expect(entry).to_contain_text("not answered")
    page.get_by_role("link", name="all answers").click()
    assert page.locator(".queue > li").count() > 10


def test_bad_filters_are_named_and_left_out(visitor: Visitor) -> None:
    """Nothing is shown as filtered that is not."""
    page = visitor.open("/?since=yesterday&text=known+corridor")
    expect(page.get_by_role("alert")).to_contain_text("since “yesterday”")
    expect(page.locator(".queue > li")).to_have_count(1)


def test_open_questions_that_are_alike_stand_together(visitor: Visitor) -> None:
    """The two about bread are one group."""
    page = visitor.open("/unanswered")
    group = page.locator(".groups > li").first
    expect(group.get_by_role("heading")).to_contain_text("sourdough")
    expect(group).to_contain_text("2 times")
    expect(group.get_by_role("listitem")).to_have_count(2)
    group.get_by_role("listitem").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("No answer found in the briefs.")


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
