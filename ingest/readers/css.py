"""Read colours, lengths and numbers as CSS and old HTML attributes write them. Knows no page."""

import re

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_NEAR = 24  # largest difference of a colour channel, of 255, that the eye does not tell apart
_NAMES: dict[str, Colour] = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0),
    "blue": (0, 0, 255), "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "navy": (0, 0, 128), "snow": (255, 250, 250),
    "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255),
    "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
    "aqua": (0, 255, 255), "cyan": (0, 255, 255), "lime": (0, 255, 0),
    "maroon": (128, 0, 0), "orange": (255, 165, 0), "purple": (128, 0, 128), "teal": (0, 128, 128),
    "floralwhite": (255, 250, 240), "azure": (240, 255, 255), "mintcream": (245, 255, 250),
}  # fmt: skip
_TO_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "vw": 12.0, "vh": 8.0, "%": 0.16,
              "cm": 38.0, "mm": 3.8, "in": 96.0, "ex": 8.0, "ch": 8.0, "pc": 16.0}  # fmt: skip


def near(one: Colour, other: Colour) -> bool:
    """Tell whether the eye takes two colours for one."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def colour(value: str | None) -> Colour | None:
    """Return the first colour in a CSS or HTML value; None if it states none that we can read."""
    if not value:
        return None
    value = value.strip().lower()
    if match := re.search(r"#([0-9a-f]{6})(?:[0-9a-f]{2})?\b", value):
        return _hex(match[1])
    if match := re.search(r"#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?\b", value):
        return _hex("".join(digit * 2 for digit in match.groups()))
    if match := re.search(r"rgba?\(([^)]*)\)", value):
        return _rgb(match[1])
    if match := re.search(r"hsla?\([^)]*?([\d.]+)%\s*(?:[,/][^)%]*%?)?\)", value):
        light = float(match[1])  # only black and white are told by lightness alone
        return WHITE if light >= 97 else (0, 0, 0) if light <= 3 else None
    return next((_NAMES[word] for word in re.findall(r"[a-z]+", value) if word in _NAMES), None)


def _hex(digits: str) -> Colour:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _rgb(arguments: str) -> Colour | None:
    numbers = re.findall(r"([\d.]+)(%?)", arguments)[:3]
    if len(numbers) < 3:
        return None
    red, green, blue = (round(_float(n) * (2.55 if percent else 1)) for n, percent in numbers)
    return red, green, blue


def is_clear(value: str | None) -> bool:
    """Tell whether a colour is fully transparent."""
    if not value:
        return False
    return "transparent" in value or bool(
        re.search(
            r"(?:rgb|hsl)a?\([^)]*[,/]\s*(?:0|0?\.0\d*|0\.0+)%?\s*\)$|#[0-9a-f]{6}00\b", value
        )
        and not re.search(r"^(?:rgb|hsl)\([^,)]*,[^,)]*,[^,)]*\)$", value)
    )


def font_size(font: str) -> str | None:
    """Return the size in a `font` shorthand."""
    match = re.search(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%))", font)
    return match[1] if match else None


def pixels(value: str | None) -> float | None:
    """Return the first length in a value."""
    sizes = lengths(value or "")
    return sizes[0] if sizes else None


def lengths(value: str) -> list[float]:
    """Return all lengths in a value in pixels, relative ones taken at usual sizes."""
    found = re.findall(
        r"(-?(?:\d+\.?\d*|\.\d+)(?:e\d+)?)(px|pt|em|rem|vw|vh|cm|mm|in|ex|ch|pc|%)?", value
    )
    return [_float(digits) * _TO_PIXELS.get(unit, 1.0) for digits, unit in found]


def number(value: str | None) -> float | None:
    """Return a value that is one number or percentage; None for any other."""
    match = re.fullmatch(r"\s*([\d.]+)(%?)\s*", value or "")
    return _float(match[1]) / (100 if match[2] else 1) if match else None


def _float(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return 0.0
