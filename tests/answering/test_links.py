"""Addresses of the desk's pages, which Slack links to."""

from bot.answering.links import link_to_answer, link_to_paragraph


def test_a_paragraph_has_an_address() -> None:
    """`/briefs/ID#p4`, of a version if need be, its quoted words named."""
    base = "https://briefs.example.org/"
    assert link_to_paragraph(base, "ab12", 4) == "https://briefs.example.org/briefs/ab12#p4"
    assert link_to_paragraph("", "ab12", 4, version=2) == "/briefs/ab12@2#p4"
    assert link_to_paragraph("", "ab12", version=2, quoted=(5, 9)) == "/briefs/ab12@2?quote=5-9"


def test_names_cannot_leave_their_place() -> None:
    """Whatever they hold."""
    assert link_to_paragraph("", 'a/../"<>?#', 1) == "/briefs/a%2F..%2F%22%3C%3E%3F%23#p1"
    assert link_to_answer("", "../x?y") == "/answers/..%2Fx%3Fy"
