"""Claims about what is hidden on a page."""

import pytest
from lxml.html import document_fromstring

from index.left_out import OmissionReason
from ingest.readers.html import blocks_from_html, read
from ingest.readers.visible import remove_hidden

TRICKS = {
    "script": "<script>CANARY</script>",
    "style": "<style>.CANARY{}</style>",
    "template": "<template><p>CANARY</p></template>",
    "noscript": "<noscript><p>CANARY</p></noscript>",
    "comment": "<!-- CANARY -->",
    "conditional comment": "<!--[if mso]><p>CANARY</p><![endif]-->",
    "iframe": "<iframe srcdoc='CANARY'>CANARY</iframe>",
    "object fallback": "<object>CANARY</object>",
    "svg text": "<svg><text>CANARY</text></svg>",
    "image description": "<img alt='CANARY' title='CANARY'>",
    "form field": "<textarea>CANARY</textarea><input value='CANARY'>",
    "select option": "<select><option>CANARY</option></select>",
    "closed dialog": "<dialog>CANARY</dialog>",
    "title attribute": "<p title='CANARY'>seen</p>",
    "hidden attribute": "<p hidden>CANARY</p>",
    "hidden until found": "<p hidden='until-found'>CANARY</p>",
    "aria-hidden": "<p aria-hidden='true'>CANARY</p>",
    "screen readers only": "<span class='sr-only'>CANARY</span>",
    "display none": "<p style='display: none'>CANARY</p>",
    "display none in capitals": "<p style='DISPLAY:NONE !important'>CANARY</p>",
    "display none behind a comment": "<p style='/* x */display:/* y */none'>CANARY</p>",
    "visibility hidden": "<p style='visibility:hidden'>CANARY</p>",
    "visibility collapse": "<p style='visibility:collapse'>CANARY</p>",
    "content visibility": "<p style='content-visibility:hidden'>CANARY</p>",
    "opacity": "<p style='opacity:0'>CANARY</p>",
    "nearly no opacity": "<p style='opacity:.01'>CANARY</p>",
    "opacity filter": "<p style='filter:opacity(0%)'>CANARY</p>",
    "font size zero": "<p style='font-size:0'>CANARY</p>",
    "font size one pixel": "<p style='font-size:1px'>CANARY</p>",
    "font shorthand": "<p style='font: 0px serif'>CANARY</p>",
    "no height": "<div style='height:0;overflow:hidden'>CANARY</div>",
    "one pixel box": "<div style='width:1px;height:1px;overflow:hidden'>CANARY</div>",
    "max height": "<div style='max-height:0px;overflow-y:hidden'>CANARY</div>",
    "clip": "<p style='position:absolute;clip:rect(0,0,0,0)'>CANARY</p>",
    "clip path": "<p style='clip-path: inset(100%)'>CANARY</p>",
    "clip path circle": "<p style='clip-path:circle(0)'>CANARY</p>",
    "left of the screen": "<p style='position:absolute;left:-9999px'>CANARY</p>",
    "above the screen": "<p style='position:fixed;top:-200em'>CANARY</p>",
    "text indent": "<p style='text-indent:-9999px'>CANARY</p>",
    "negative margin": "<p style='margin-left:-5000px'>CANARY</p>",
    "scale": "<p style='transform:scale(0)'>CANARY</p>",
    "translate": "<p style='transform:translateX(-9999px)'>CANARY</p>",
    "white on white": "<p style='color:#fff;background:#ffffff'>CANARY</p>",
    "white on the default": "<p style='color:white'>CANARY</p>",
    "almost white": "<p style='color:rgb(250, 250, 252)'>CANARY</p>",
    "own background": "<div style='background:#123'><b style='color:#112233'>CANARY</b></div>",
    "transparent colour": "<p style='color:transparent'>CANARY</p>",
    "no alpha": "<p style='color:rgba(0,0,0,0)'>CANARY</p>",
    "text fill": "<p style='-webkit-text-fill-color:transparent'>CANARY</p>",
    "font element": "<p><font color='white'>CANARY</font></p>",
    "bgcolor": "<table bgcolor='black'><tr><td><font color='#001'>CANARY</font></table>",
    "mail client": "<span style='mso-hide:all'>CANARY</span>",
    "class in the page": "<style>.x{display:none}</style><p class='x'>CANARY</p>",
    "id in the page": "<style>p#y , b {visibility:hidden}</style><p id='y'>CANARY</p>",
    "no size": "<div width='0' height='0'>CANARY</div>",
    "below a class": "<style>.x p{display:none}</style><div class='x'><p>CANARY</p></div>",
    "beside a tag": "<style>i + b{visibility:hidden}</style><i>x</i><b>CANARY</b>",
    "not of a class": "<style>p:not(.y):is(.x){opacity:0}</style><p class='x'>CANARY</p>",
    "on screens": "<style>@media screen{.x{display:none}}</style><p class='x'>CANARY</p>",
    "important": "<style>.x{display:none!important}</style>"
    "<p class='x' style='display:block'>CANARY</p>",
    "hidden by two classes": "<style>.a.b{display:none}</style><p class='b a'>CANARY</p>",
    "a variable": "<style>:root{--ink:#fff}</style><p style='color:var(--ink)'>CANARY</p>",
    "a variable's other value": "<p style='color:var(--none, white)'>CANARY</p>",
    "hsl": "<p style='color:hsl(0 0% 100%)'>CANARY</p>",
    "hsl on its like": "<p style='background:hsl(210,50%,30%);color:#264d73'>CANARY</p>",
    "hwb": "<p style='color:hwb(0 100% 0%)'>CANARY</p>",
    "lab": "<p style='color:lab(100% 0 0)'>CANARY</p>",
    "a name of few": "<p style='background:papayawhip;color:#ffefd5'>CANARY</p>",
    "a shorthand": "<p style='background:no-repeat center #111;color:#121212'>CANARY</p>",
    "an even gradient": "<p style='background:linear-gradient(#fff,#fefefe);color:#fff'>CANARY</p>",
    "faint ink": "<p style='color:rgba(0,0,0,.05)'>CANARY</p>",
    "two veils": "<div style='opacity:.2'><p style='opacity:.2'>CANARY</p></div>",
    "a small share": "<div style='font-size:10%'><p>CANARY</p></div>",
    "a share of a share": "<div style='font-size:.3em'><p style='font-size:.3em'>CANARY</p></div>",
    "blurred": "<p style='filter:blur(20px)'>CANARY</p>",
    "set over each other": "<p style='letter-spacing:-1em'>CANARY</p>",
    "shown as dots": "<p style='-webkit-text-security:disc'>CANARY</p>",
    "turned on edge": "<p style='transform:rotateY(90deg)'>CANARY</p>",
    "indented away": "<p style='text-indent:100%;white-space:nowrap;overflow:hidden'>CANARY</p>",
    "computed": "<p style='position:absolute;left:calc(-100vw - 10px)'>CANARY</p>",
    "drawn as nothing": "<p style='transform:matrix(0,0,0,0,0,0)'>CANARY</p>",
    "inside hidden": "<div hidden><div><p>CANARY</p></div></div>",
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_a_hidden_text_is_never_read(trick):
    page = f"<html><body><p>Before it.</p>{trick}<p>Behind it.</p></body></html>"
    text = " ".join(block.text for block in blocks_from_html(page))
    assert "CANARY" not in text
    assert "Before it." in text
    assert "Behind it." in text


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_a_hidden_text_is_in_no_document(trick):
    """The reader of whole pages keeps hidden text out of blocks and metadata alike."""
    page = f"<title>T</title><body><nav>Home</nav><h1>Ports</h1>{trick}<p>Seen.</p></body>"
    document = read(page.encode())
    assert "CANARY" not in repr((document.blocks, document.metadata))


NO_TEXT = ("script", "style", "comment", "conditional comment", "image description",
           "title attribute", "form field", "select option")  # fmt: skip


@pytest.mark.parametrize("name", [name for name in TRICKS if name not in NO_TEXT])
def test_what_is_hidden_is_counted(name):
    document = read(f"<body><h1>Ports</h1>{TRICKS[name]}<p>Seen.</p></body>".encode())
    assert [part.example for part in document.left_out if part.reason is OmissionReason.HIDDEN] == [
        "CANARY"
    ]


SEEN = {
    "reset font size": "<div style='font-size:0'><span style='font-size:14px'>SEEN</span></div>",
    "white on a dark ground": "<div style='background:#000'><p style='color:white'>SEEN</p></div>",
    "white on a picture": "<div style='background:url(x)'><p style='color:white'>SEEN</p></div>",
    "colour of a child": "<div style='color:white'><p style='color:#333'>SEEN</p></div>",
    "visible again": "<b style='visibility:hidden'><i style='visibility:visible'>SEEN</i></b>",
    "opacity one": "<p style='opacity:1.0'>SEEN</p>",
    "open dialog": "<dialog open>SEEN</dialog>",
    "details": "<details><summary>More</summary>SEEN</details>",
    "small print": "<p style='font-size:8px'>SEEN</p>",
    "shown on wide screens": "<p class='hidden md:block'>SEEN</p>",
    "print rule": "<style>@media print {.x{display:none}}</style><p class='x'>SEEN</p>",
    "hanging indent": "<p style='text-indent:-18pt;margin-left:18pt'>SEEN</p>",
    "black on a picture": "<div style='background:url(x)'><p style='color:#000'>SEEN</p></div>",
    "on phones": "<style>@media (max-width:600px){p{display:none}}</style><p>SEEN</p>",
    "another class": "<style>.x .y{display:none}</style><p class='y'>SEEN</p>",
    "under the pointer": "<style>p:hover{display:none}</style><p>SEEN</p>",
    "shown again": "<style>.x{display:none}p.x{display:block}</style><p class='x'>SEEN</p>",
    "half a veil": "<p style='opacity:.5'>SEEN</p>",
    "hidden and shown": "<p hidden style='display:block'>SEEN</p>",
    "grey": "<p style='color:hsl(0 0% 45%)'>SEEN</p>",
    "a dark variable": "<style>:root{--ink:#222}</style><p style='color:var(--ink)'>SEEN</p>",
    "close letters": "<p style='letter-spacing:-0.02em'>SEEN</p>",
    "a smaller share": "<p style='font-size:80%'>SEEN</p>",
    "a gradient": "<p style='background:linear-gradient(#fff,#000);color:#fff'>SEEN</p>",
    "a page that a script shows": "<div style='opacity:0'><p>SEEN, as is all else.</p></div>",
    "a body that a script shows": "<style>body{visibility:hidden}</style><p>SEEN</p>",
    "tail of a hidden element": "<p><span hidden>x</span>SEEN</p>",
}


@pytest.mark.parametrize("page", SEEN.values(), ids=SEEN.keys())
def test_a_visible_text_stays(page):
    assert "SEEN" in " ".join(block.text for block in blocks_from_html(page))


def test_white_text_over_an_external_style_sheet_stays_with_a_warning():
    """What cannot be judged is kept and named."""
    root = document_fromstring(
        "<html><head><link rel='stylesheet' href='a.css'></head>"
        "<body><div class='hero'><p style='color:#fff'>Maybe</p></div></body></html>"
    )
    (warning,) = remove_hidden(root).warnings
    assert "white text" in warning
    assert "Maybe" in root.text_content()


WARNED = {
    "text behind others": "<p style='position:relative;z-index:-1'>Maybe</p>",
    "an empty box over it": "<p>Maybe</p>"
    "<div style='position:absolute;inset:0;background:#fff'></div>",
    "most of the page": "<div style='opacity:0'><p>Maybe, as is all else.</p></div>",
}  # fmt: skip


@pytest.mark.parametrize("page", WARNED.values(), ids=WARNED.keys())
def test_what_may_be_seen_stays_with_a_warning(page):
    root = document_fromstring(f"<body>{page}</body>")
    assert remove_hidden(root).warnings
    assert "Maybe" in root.text_content()


def test_a_plain_page_gives_no_warning():
    root = document_fromstring("<link rel='stylesheet' href='a.css'><p>Text</p>")
    assert remove_hidden(root).warnings == ()
