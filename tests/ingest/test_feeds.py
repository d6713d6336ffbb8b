"""Claims about watched sources: what is new, changed, vanished or unchanged since the last look."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.errors import UsageError
from ingest.feeds import SourceListing, look, remember


class Site:
    """A loopback server with one page, and whether it was asked under a condition."""

    def __init__(self) -> None:
        self.body = ""
        self.etag = ""
        self.asked: list[str | None] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.headers.get("If-None-Match")
                site.asked.append(known)
                is_same = bool(site.etag) and known == site.etag
                self.send_response(304 if is_same else 200)
                self.send_header("ETag", site.etag)
                body = b"" if is_same else site.body.replace("HERE", site.url).encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def seen(home: Path, site: Site, pattern: str | None = None) -> SourceListing:
    found = look(home, f"{site.url}/list", pattern, 20)
    remember(home, found, set())
    return found


def paths(site: Site, urls: tuple[str, ...]) -> list[str]:
    return [url.removeprefix(site.url) for url in urls]


def rss(*items: tuple[str, str]) -> str:
    inner = "".join(
        f"<item><title>t</title><link>HERE{path}</link><pubDate>{day} Jul 2022 09:00:00 GMT"
        "</pubDate></item>"
        for path, day in items
    )
    return f'<rss version="2.0"><channel><title>Briefs</title>{inner}</channel></rss>'


def test_a_feed_gives_what_is_new_and_a_page_that_is_unchanged_nothing(site, tmp_path):
    site.body, site.etag = rss(("/a", "Fri, 01"), ("/b", "Sat, 02")), '"1"'
    assert paths(site, seen(tmp_path, site).fresh) == ["/a", "/b"]
    assert seen(tmp_path, site).fresh == ()
    assert site.asked == [None, '"1"']
    site.body, site.etag = rss(("/b", "Sun, 03"), ("/c", "Mon, 04")), '"2"'
    assert paths(site, seen(tmp_path, site).fresh) == ["/b", "/c"]


def test_a_sitemap_tells_what_changed_and_what_vanished(site, tmp_path):
    row = "<url><loc>HERE/{}</loc><lastmod>{}</lastmod></url>"
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    first = row.format("a", "2022-01-01") + row.format("b", "2022-01-01")
    site.body = f"<urlset {space}>{first}</urlset>"
    seen(tmp_path, site)
    site.body = f"<urlset {space}>{row.format('a', '2022-02-02')}</urlset>"
    found = seen(tmp_path, site)
    assert (paths(site, found.fresh), paths(site, found.vanished)) == (["/a"], ["/b"])


def test_of_a_page_the_links_that_fit_the_pattern_are_briefs_on_its_own_site(site, tmp_path):
    links = ("/publications/a", "/about", "https://else.example/publications/b")
    site.body = (
        "<html><body>" + "".join(f"<a href={link}>x</a>" for link in links) + "</body></html>"
    )
    found = seen(tmp_path, site, "/publications/")
    assert (paths(site, found.fresh), found.elsewhere) == (["/publications/a"], 1)
    with pytest.raises(UsageError, match="--pattern"):
        look(tmp_path, f"{site.url}/list", None, 20)


def test_what_failed_is_looked_at_again(site, tmp_path):
    site.body, site.etag = rss(("/a", "Fri, 01")), '"1"'
    found = look(tmp_path, f"{site.url}/list", None, 20)
    remember(tmp_path, found, set(found.fresh))
    assert paths(site, seen(tmp_path, site).fresh) == ["/a"]
