"""The short texts that the bot says, in one place: status lines, reasons, refusals.

Statuses are written after "is …" by Slack ("Brief Bot is searching 412 briefs").
"""

from collections.abc import Sequence

from bot.slack import text
from index.passage import BriefRef

PROMPTS = 4  # suggested prompts that Slack shows

GONE = "This answer is no longer on record."
NO_LONGER_THERE = "This brief is no longer in the library; above is the passage as it was cited."
FORGOTTEN = "Your questions and feedback are deleted. The answers stay on record without them."
THANKS = "Thank you. Your feedback is on record."
ASKED_LIBRARIANS = "The librarians have your question."
SETTINGS_KEPT = "The settings of this channel are saved."
ADMINS_ONLY = "Only an admin of the library can do this."
NOTHING_TO_SEE = "The briefs do not say."
BROKEN = "Something went wrong on my side; it is in the log. Please ask again in a few minutes."
TOO_SLOW = "It took too long. Please ask again, perhaps in fewer words."
STOPPED = "Stopped at your wish."
BUSY = "There are too many questions open. Please wait until some are answered, then ask again."
NOT_RECORDED = "The answer could not be recorded, and so it is not shown. The librarians know more."
GIVEN_UP = "I tried several times and did not get through. Please ask again."
FILES_GIVEN_UP = "I tried several times and could not read the files. Please add them singly."
MEMBERS_ONLY = "Only full members of this workspace can add briefs."
NOT_TO_BE_ADDED = "You cannot add briefs to the collection of this place; ask an admin of it."
NO_FILES = "This message has no files that could be added."
READING = "It is being read. What became of it, I tell you in a direct message."
LOADING = "One moment …"
NOT_YOURS = "Only whoever asked can do this."
SHARED_ALREADY = "This answer is shared with the channel already."
NOT_TO_BE_SHARED = "Not everybody in this channel may see all of this answer, so it stays with you."
NOT_YOUR_BRIEF = "Only whoever added a brief, or an admin of the library, can take it out."
TAKEN_OUT = "The brief is taken out of the library again."
OUT_ALREADY = "The brief is no longer in the library."
CHANNELS_ONLY = "Settings are those of a channel; type this in one."
NOT_THESE = "One of these collections cannot be given to this channel. Open the settings again."
NO_QUESTION = "Type a question after it, such as: /briefs ask What changed in 2024?"
NO_WORDS = "Type what to look for after it, such as: /briefs search ceasefire terms"
NO_ID = "Type the id of a brief after it; /briefs latest shows some."
NOTHING_TO_ASK = "This message has no text that could be a question."


def searching(briefs: int) -> str:
    """Return the status while the briefs are searched."""
    return f"searching {counted(briefs, 'brief')}"


def checking(citations: int) -> str:
    """Return the status while citations are checked."""
    return f"checking {counted(citations, 'citation')}"


def waiting(before: int) -> str:
    """Return the status of a question that others are before."""
    return f"waiting for {counted(before, 'question')} before yours" if before else "about to start"


def many_waiting(count: int) -> str:
    """Return what a channel hears, once for all who wait."""
    return (
        f"{counted(count, 'question')} of this channel are waiting. I answer each in its own "
        "thread, in turn; there is no need to ask again."
    )


def over_quota(most: int) -> str:
    """Return what a user hears who has too many questions open."""
    return f"You have {counted(most, 'question')} open. Please wait until some are answered."


def no_such_brief(brief_id: str) -> str:
    """Return what is said of an id that is unknown here, or that of a brief not to be seen."""
    return f"There is no brief “{text.one_line(brief_id, 60)}” here; /briefs latest shows some."


def asked_by_you(question: str) -> str:
    """Return the line under which a question asked in a dialog is answered."""
    return f"You asked: {text.one_line(question, 1_000)}"


def counted(number: int, thing: str) -> str:
    """Return "1 brief", "1,412 briefs"."""
    plural = f"{thing[:-1]}ies" if thing.endswith("ry") else f"{thing}s"
    return f"{number:,} {thing if number == 1 else plural}"


def suggested_prompts(newest: Sequence[BriefRef]) -> list[dict[str, str]]:
    """Return the prompts that the agent pane suggests, drawn from the newest briefs."""
    titles = dict.fromkeys(text.one_line(brief.title, 150) for brief in newest)
    return [
        {
            "title": text.for_message(text.shorten(title, 60)),
            "message": text.for_message(f"What does “{title}” say?"),
        }
        for title in list(titles)[:PROMPTS]
        if title
    ]
