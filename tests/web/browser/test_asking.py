"""An analyst at work: asks, reads the answer beside its passages, asks on, searches."""

from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Visit
from tests.web.browser.test_pages import OPEN_ALL
from tests.web.browser.visitor import PHONE, Visitor

FINLAND = "When did Finland join NATO?"


def ask(page: Page, question: str, *, key: bool = True) -> None:
    """Ask with the Enter key, or with the button, and wait for the answer."""
    page.get_by_role("textbox", name="question").or_(
        page.get_by_role("textbox", name="follow-up")
    ).fill(question)
    if key:
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    expect(page.locator(".answered")).to_be_visible()


def accessible(visitor: Visitor) -> None:
    """Assert that a page is, light and dark, wide and narrow, with all that it can unfold."""
    visitor.page.evaluate(OPEN_ALL)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert visitor.violations() == [], scheme
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert visitor.overflow() <= 0
    assert visitor.violations() == []


def test_a_question_is_asked_and_followed_up(visitor: Visitor) -> None:
    """The words that answer are marked in their passage, and a number leads to it."""
    page = visitor.open("/ask?new=yes")
    assert visitor.violations() == []
    ask(page, FINLAND)
    expect(page.locator(".answered .sources mark").first).to_contain_text("4 April 2023")
    page.locator("a.number").first.click()
    assert page.url.endswith("-1")
    ask(page, "and Sweden?")
    expect(page.locator(".asked h2")).to_have_text(FINLAND)
    expect(page.locator(".question")).to_contain_text("Understood as")
    accessible(visitor)


def test_a_phone_without_script_can_do_all_of_it(visit: Visit) -> None:
    """Ask, say what is wrong, begin again."""
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=False)
    page = visitor.open("/ask?new=yes")
    ask(page, FINLAND, key=False)
    page.locator(".feedback summary").click()
    page.get_by_label("Something is missing").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".feedback [role=status]")).to_contain_text("you called this bad")
    page.get_by_role("link", name="New conversation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask the briefs")


def test_an_answer_is_copied_with_its_citations(visit: Visit) -> None:
    """To the clipboard, at one press."""
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open("/ask?new=yes")
    ask(page, FINLAND)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{FINLAND}\n\n")
    assert "[1] " in copied


def test_search_shows_passages_with_the_words_marked(visitor: Visitor) -> None:
    page = visitor.open("/briefs?text=grain+initiative")
    expect(page.locator(".found mark").first).to_have_text("Grain")
    accessible(visitor)
