"""Write a formula of Word's as one line of text: "A=πr²", "(a+b)/2", "√(x)".

An element of Office MathML goes in. What is raised or lowered is never joined to what it stands at:
digits become raised or lowered characters, and anything else is set off by "^" or "_".
"""

from typing import Any

from ingest.readers.raised import as_power

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LOWERED = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
_SIGNS = frozenset("0123456789+-−–")


def line_of(element: Any) -> str:
    """Return the text of a formula, or of a part of one."""
    name = str(element.tag).removeprefix(M)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    if name in ("sSup", "sSub", "sSubSup", "nary", "sPre"):
        base = f"{_property(element, 'chr', '∫')} " if name == "nary" else _part(element, "e")
        behind = f" {_part(element, 'e')}" if name == "nary" else ""
        return base.rstrip() + _lowered(element) + _raised(element) + behind
    if name == "f":
        return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"
    if name == "rad":
        return f"{as_power(_part(element, 'deg'))}√({_part(element, 'e')})"
    if name == "d":
        inside = ", ".join(line_of(each) for each in element.iterchildren(f"{M}e"))
        return f"{_property(element, 'begChr', '(')}{inside}{_property(element, 'endChr', ')')}"
    return "".join(line_of(child) for child in element if isinstance(child.tag, str))


def _part(element: Any, name: str) -> str:
    found = element.find(f"{M}{name}")
    return "" if found is None else line_of(found)


def _raised(element: Any) -> str:
    above = _part(element, "sup").strip()
    if not above:
        return ""
    return as_power(above) if set(above) <= _SIGNS else f"^{_grouped(above)}"


def _lowered(element: Any) -> str:
    below = _part(element, "sub").strip()
    if not below:
        return ""
    return below.translate(_LOWERED) if set(below) <= _SIGNS else f"_{_grouped(below)}"


def _grouped(text: str) -> str:
    return text if text.isalnum() or not text else f"({text})"


def _property(element: Any, name: str, otherwise: str) -> str:
    found = element.find(f"{M}{element.tag.removeprefix(M)}Pr/{M}{name}")
    value = otherwise if found is None else found.get(f"{M}val", "")
    return str(value)
