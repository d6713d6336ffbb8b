"""Render the example briefs that are not plain text: `python examples/make_briefs.py [--check]`.

Reads examples/src/*.md and writes PDF, Word, HTML and e-mail files into examples/briefs. With
`--check` it writes nothing and exits 1 if a file there differs from what it would write.
"""

import sys
from pathlib import Path

from rendering import mail, pages, source, web, word

HERE = Path(__file__).resolve().parent
SOURCES, BRIEFS = HERE / "src", HERE / "briefs"
SUFFIXES = {
    "html": "html",
    "pdf": "pdf",
    "pdf-columns": "pdf",
    "docx": "docx",
    "eml": "eml",
    "eml-attachment": "eml",
}


def main() -> int:
    """Render or check every source; return the exit code."""
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print("usage: make_briefs.py [--check]", file=sys.stderr)
        return 2
    stale = 0
    for path in sorted(SOURCES.glob("*.md")):
        brief = source.read(path)
        target = BRIEFS / f"{brief.slug}.{SUFFIXES[brief.format]}"
        content = render(brief)
        if target.exists() and target.read_bytes() == content:
            continue
        if check:
            print(f"{target.name}: differs from its source; run make_briefs.py", file=sys.stderr)
            stale += 1
        else:
            target.write_bytes(content)
            print(f"wrote {target.name}")
    return 1 if stale else 0


def render(brief: source.Brief) -> bytes:
    """Return the bytes of the brief in the format that its source names."""
    match brief.format:
        case "html":
            return web.render(brief)
        case "docx":
            return word.render(brief)
        case "eml":
            return mail.render_in_body(brief)
        case "eml-attachment":
            return mail.render_attached(brief)
        case "pdf":
            return pages.PageSetter(brief, columns=1, size=12, breaks={}).render()
        case "pdf-columns":
            return pages.PageSetter(brief, columns=2, size=13, breaks=_hyphenation()).render()
    raise ValueError(f"{brief.slug}: unknown format {brief.format!r}")


def _hyphenation() -> dict[str, list[str]]:
    words = (SOURCES / "hyphenation.txt").read_text(encoding="utf-8").split()
    return {word.replace("-", ""): word.split("-") for word in words}


if __name__ == "__main__":
    sys.exit(main())
