"""Who gets in, and what readers, editors and admins see."""

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import TOKENS, Visit
from tests.web.browser.visitor import Visitor
from tests.web.browser.world import World

ASKERS = ("U0ASKER1", "U0ASKER2", "ilse", "omar", "C0PLACE1")


@pytest.fixture
def signed_in(visit: Visit, guarded: str):
    """Sign in with a role's token."""

    def sign_in(role: str, path: str = "/") -> Visitor:
        visitor = visit(guarded)
        page = visitor.open(path)
        page.get_by_label("Token").fill(TOKENS[role])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return visitor

    return sign_in


def test_whoever_signs_in_is_where_they_wanted_to_be(signed_in, world: World) -> None:
    """And is somebody on every page until they sign out."""
    visitor = signed_in("editor", f"/answers/{world.answers['grain']}")
    page = visitor.page
    assert page.url.endswith(f"/answers/{world.answers['grain']}")
    expect(page.locator(".me")).to_contain_text("editor1")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    visitor.open("/")
    assert "/login" in page.url


def test_a_wrong_token_is_told_in_words(visit: Visit, guarded: str) -> None:
    visitor = visit(guarded)
    visitor.expected |= {"403"}
    page = visitor.open("/login")
    page.get_by_label("Token").fill("wrong" * 8)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_label("Token").get_attribute("aria-invalid") == "true"
