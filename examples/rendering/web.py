"""Draws a brief as a web page, with all that a reader of pages has to leave out.

Around the article: navigation, a cookie banner, scripts, a hidden paragraph, related links.
"""

from html import escape
from itertools import groupby
from string import Template

from rendering.source import Block, Brief

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title | Example Briefs</title>
<meta name="author" content="$author">
<meta name="date" content="$iso">
<meta property="og:title" content="$title">
<meta property="article:published_time" content="${iso}T08:00:00+00:00">
<link rel="canonical" href="https://briefs.example.org/$slug">
<style>.menu li { display: inline } .off { display: none }</style>
<script>window.analytics = window.analytics || []; analytics.push(["page", "$slug"]);</script>
</head>
<body>
<div id="cookie-banner" class="cookie-banner" role="dialog" aria-label="Cookies">
<p>We use cookies to measure how our pages are read. By going on you accept this.</p>
<button>Accept all</button> <button>Only what is needed</button>
</div>
<header>
<nav class="menu"><ul>
<li><a href="/">Home</a></li>
<li><a href="/briefs">Briefs</a></li>
<li><a href="/regions">Regions</a></li>
<li><a href="/newsletter">Newsletter</a></li>
<li><a href="/about">About us</a></li>
</ul></nav>
</header>
<main>
<article>
<h1>$title</h1>
<p class="byline">$byline</p>
$body
<p style="display:none">Print edition only: this paragraph is hidden from readers of the page.</p>
</article>
<aside>
<h2>Related</h2>
<ul><li><a href="/topics/energy">All on energy</a></li>
<li><a href="/topics/trade">All on trade</a></li></ul>
<p>Share this page: <a href="#">by e-mail</a> <a href="#">by link</a></p>
</aside>
</main>
<footer>
<p>Sign up for our newsletter and never miss a brief.</p>
<p><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></p>
</footer>
<script>document.getElementById("cookie-banner").dataset.shown = "true";</script>
</body>
</html>
""")


def render(brief: Brief) -> bytes:
    """Return the page in UTF-8."""
    parts = [_part(kind, list(group)) for kind, group in groupby(brief.blocks, lambda b: b.kind)]
    page = PAGE.substitute(
        title=escape(brief.title),
        author=escape(brief.author),
        iso=f"{brief.date:%Y-%m-%d}",
        slug=brief.slug,
        byline=escape(" · ".join(brief.byline)),
        body="\n".join(parts),
    )
    return page.encode()


def _part(kind: str, blocks: list[Block]) -> str:
    tag = {"heading": "h2", "bullet": "li", "paragraph": "p"}[kind]
    lines = [f"<{tag}>{escape(block.text, quote=False)}</{tag}>" for block in blocks]
    return "\n".join(["<ul>", *lines, "</ul>"] if kind == "bullet" else lines)
