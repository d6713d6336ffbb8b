"""A person at a browser: opens pages of the desk and notes whatever a page should not do."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

PATIENCE = 120_000  # milliseconds, against hanging for good
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_WATCH = """
Object.defineProperty(window, 'hit', {set: what => console.error('ran as script: ' + what)});
window.refused = [];
addEventListener('securitypolicyviolation', event =>
  window.refused.push(event.violatedDirective + ' ' + event.blockedURI));
"""


class Visitor:
    """A browser context with one page, at one desk."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        """Watch what the page does from its first moment on."""
        self.address = address
        self.faults: list[str] = []
        self.expected: set[str] = set()  # parts of console errors that a test provokes
        context.add_init_script(_WATCH)
        context.on("request", self._asked)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def open(self, path: str = "/") -> Page:
        """Open a page of the desk."""
        self.page.goto(self.address + path)
        return self.page

    def check(self) -> None:
        """Assert that nothing happened that should not."""
        with suppress(Error):  # a page without script, or one that is gone
            self.faults += self.page.evaluate("window.refused || []")
        faults = [one for one in self.faults if not any(part in one for part in self.expected)]
        assert faults == [], faults

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page as it is."""
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found: list[dict[str, Any]] = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme != "data" and f"{url.scheme}://{url.netloc}" != self.address:
            self.faults.append(f"request to {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()
