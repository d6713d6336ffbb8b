"""Write SVG elements as text, every attribute and word escaped. Knows nothing of what is drawn.

No style attributes: a strict Content-Security-Policy forbids them. What has a colour has a class.
"""

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, *children: str, **attributes: object) -> Markup:
    """Return an element; `class_` and `text_anchor` become "class" and "text-anchor".

    Children that are no Markup are escaped; attributes that are None are left out.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(children)
    return Markup(f"<{name}{shown}>{inner}</{name}>")  # noqa: S704 - escaped piece by piece above


def picture(name: str, height: int, title: str, described: str, drawn: Iterable[Markup]) -> Markup:
    """Return an SVG as wide as its place and `height` pixels high, with a name and a description.

    Widths inside are percentages, so that it fits a phone and its letters keep their size.
    """
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", described, id=f"{name}-desc"),
        *drawn,
        class_="plot",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        width="100%",
        height=height,
    )


def percent(share: float) -> str:
    """Return a share of the width, in [0, 1], as an attribute's value."""
    return f"{_number(100 * share)}%"


def _number(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
