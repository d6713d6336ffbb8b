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


OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_on_every_screen(visit: Visit, world: World, page: str) -> None:
    """Axe finds nothing wrong, light or dark, and nothing is wider than the screen.

    A width of 320 pixels is what 1280 are at four times the size (WCAG 1.4.10).
    """
    wide, phone = visit(), visit(viewport=PHONE, has_touch=True, is_mobile=True)
    wide.open(path(world, page))
    assert wide.violations() == []
    wide.page.evaluate(OPEN_ALL)
    for scheme in ("light", "dark"):
        wide.page.emulate_media(color_scheme=scheme)
        assert wide.violations() == [], scheme
    wide.page.set_viewport_size({"width": 320, "height": 640})
    assert wide.overflow() <= 0
    phone.open(path(world, page))
    phone.page.evaluate(OPEN_ALL)
    assert phone.overflow() <= 0
    assert phone.violations() == []


def test_what_is_not_there_is_said_plainly(visitor: Visitor) -> None:
    visitor.expected |= {"404"}
    for where in MISSING:
        answered = visitor.page.goto(visitor.address + where)
        assert answered
        assert answered.status == 404, where
        assert visitor.page.get_by_role("link", name="Queue").first.is_visible(), where
        assert visitor.violations() == [], where


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_entrance_is_accessible(visit, guarded, scheme, size):
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
