"""Draws a brief as an e-mail: in the body, or as a markdown file attached to a covering note."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from rendering.source import Brief, markdown

DOMAIN = "briefs.example.org"
NOTE = """Dear colleagues,

our analysis of the vote is attached. Corrections to the desk, please; the next one follows
once the first sitting has been called.

Kind regards
{author}
"""


def render_in_body(brief: Brief) -> bytes:
    """Return a message whose text is the brief, under a line with number, date and author."""
    message = _message(brief, f"[Briefs] {brief.title}")
    parts = [brief.title, " · ".join(brief.byline)]
    for block in brief.blocks:
        parts.append(f"* {block.text}" if block.kind == "bullet" else block.text)
    signature = f"-- \n{brief.author}\nThis list is read by colleagues only. Please do not reply."
    message.set_content("\n\n".join([*parts, signature]) + "\n", cte="quoted-printable")
    return message.as_bytes()


def render_attached(brief: Brief) -> bytes:
    """Return a covering note with the brief attached as markdown."""
    message = _message(brief, "New brief: Poland after the vote")
    message.set_content(NOTE.format(author=brief.author))
    message.add_attachment(
        markdown(brief).encode(), maintype="text", subtype="markdown", filename=f"{brief.slug}.md"
    )
    message.set_boundary(f"=={brief.slug}==")
    return message.as_bytes()


def _message(brief: Brief, subject: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{brief.author} <desk@{DOMAIN}>"
    message["To"] = f"Briefs list <briefs@{DOMAIN}>"
    message["Subject"] = subject
    message["Date"] = format_datetime(brief.date)
    message["Message-ID"] = f"<{brief.slug}@{DOMAIN}>"
    return message
