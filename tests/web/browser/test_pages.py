"""Every page, wide and on a phone, light and dark: accessible, whole, and nothing runs on it."""

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.visitor import PHONE, WIDE, Visitor
from tests.web.browser.world import OPEN, World

PAGES = {
    "queue": "/",
    "filtered": "/?finding=high&order=time",
    "nothing found": "/?text=zzzz",
    "bad filters": "/?since=yesterday&finding=x",
    "planted": "/answers/{planted}",
    "corrected": "/answers/{tonnes}",
    "withdrawn": "/answers/{nord}",
    "conversation": "/answers/{sweden}",
    "hostile question": "/answers/{hostile}",
    "hostile passage": "/answers/{dues}",
    "open question": "/answers/{open}",
    "briefs": "/briefs",
    "brief": "/briefs/{corrected}",
    "older version": "/briefs/{corrected}@1",
    "withdrawn brief": "/briefs/{gone}",
    "hostile brief": "/briefs/{harbours}",
    "tables": "/briefs/{tables}",
    "unanswered": "/unanswered",
    "statistics": "/statistics",
    "checks": "/audit",
}
MISSING = ("/nothing", "/answers/none", "/briefs/none", "/briefs/none@99")


def path(world: World, page: str) -> str:
    """Return the path of a page of the table above."""
    return PAGES[page].format(**world.answers, **world.briefs, open=world.answers[OPEN[0]])


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(visitor: Visitor, world: World, page: str) -> None:
    """On a wide screen, with all that can be opened closed and open; nothing leaves the origin."""
    visitor.open(path(world, page))
    assert visitor.violations() == []
    opened = "document.querySelectorAll('details').forEach(one => one.open = true)"
    visitor.page.evaluate(opened)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        assert visitor.violations() == [], scheme


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_shows_all_of_a_page(visit: Visit, world: World, page: str) -> None:
    """Nothing is wider than the screen, and axe has no objection there either."""
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    visitor.open(path(world, page))
    visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert visitor.overflow() <= 0
    assert visitor.violations() == []


@pytest.mark.parametrize("page", PAGES)
def test_large_letters_fit(visit: Visit, world: World, page: str) -> None:
    """A width of 320 pixels is what 1280 are at four times the size (WCAG 1.4.10)."""
    visitor = visit(viewport={"width": 320, "height": 640})
    visitor.open(path(world, page))
    assert visitor.overflow() <= 0


@pytest.mark.parametrize("where", MISSING)
def test_what_is_not_there_is_said_plainly(visitor: Visitor, where: str) -> None:
    """With 404, on a page like the others."""
    visitor.expected |= {"404"}
    answered = visitor.page.goto(visitor.address + where)
    assert answered
    assert answered.status == 404
    assert visitor.page.get_by_role("link", name="Queue").first.is_visible()
    assert visitor.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_entrance_is_accessible(
    visit: Visit, guarded: str, scheme: str, size: dict[str, int]
) -> None:
    """With its fault shown too."""
    visitor = visit(guarded, viewport=size, color_scheme=scheme)
    visitor.expected |= {"403", "429"}  # of many wrong tokens from one address
    visitor.open("/login")
    assert visitor.violations() == []
    visitor.page.get_by_label("Token").fill("x" * 40)
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("alert").wait_for()
    assert visitor.violations() == []
    assert visitor.overflow() <= 0


def test_every_page_has_one_first_heading_and_its_own_title(visitor: Visitor, world: World) -> None:
    """So that a screen reader's list of windows and headings tells them apart."""
    titles = set()
    for page in ("queue", "planted", "briefs", "brief", "unanswered", "statistics", "checks"):
        visitor.open(path(world, page))
        titles.add(visitor.page.title())
        assert visitor.page.locator("h1").count() == 1
    assert len(titles) == 7


def test_the_content_can_be_skipped_to(visitor: Visitor) -> None:
    """The first Tab shows the link, Enter goes past the navigation."""
    page = visitor.open("/")
    page.keyboard.press("Tab")
    link = page.get_by_text("Skip to content")
    assert link.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
