"""Addresses of the desk's pages, for Slack's messages and the pages themselves.

`base` is the desk's public address, `[desk] url` of briefs.toml; "" gives a path.
"""

from urllib.parse import quote, urlencode


def link_to_paragraph(
    base: str,
    brief_id: str,
    paragraph: int | None = None,
    *,
    version: int | None = None,
    quoted: tuple[int, int] | None = None,
) -> str:
    """Return the address of a brief's page, at a paragraph where one is given.

    `quoted` are offsets into the brief's text, end exclusive, to be highlighted. They belong to one
    version: give it too.
    """
    name = brief_id if version is None else f"{brief_id}@{version}"
    query = f"?{urlencode({'quote': f'{quoted[0]}-{quoted[1]}'})}" if quoted else ""
    anchor = "" if paragraph is None else f"#p{paragraph}"
    return f"{base.rstrip('/')}/briefs/{quote(name, safe='@')}{query}{anchor}"


def link_to_answer(base: str, answer_id: str) -> str:
    """Return the address of an answer's page."""
    return f"{base.rstrip('/')}/answers/{quote(answer_id, safe='')}"
