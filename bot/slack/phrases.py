"""The short texts that the bot says, in one place: status lines, reasons, refusals.

Statuses are written after "is …" by Slack ("Brief Bot is searching 412 briefs").
"""

from collections.abc import Sequence

from bot.slack import text
from bot.slack.access.audience import Hindrance, Rule
from index.passage import BriefRef

PROMPTS = 4  # suggested prompts that Slack shows

GONE = "This answer is no longer on record."
NO_LONGER_THERE = "This brief was removed from the library; above is the passage as it was cited."
FORGOTTEN = "Your questions and feedback are deleted. The answers stay on record without them."
NO_TOPIC = "Name a topic in a few words: /briefs follow grain exports."
FOLLOWS_NOTHING = "You follow no topic. Follow one with /briefs follow TOPIC."
FOLLOWED_ALREADY = "You follow this already, or as many topics as I can look for."
UNFOLLOWED = "OK, you no longer follow this."
DIGESTS = {"weekly": True, "at once": False}  # told once a week, or as soon as a brief is in
THANKS = "Thank you – your feedback is saved with the answer."
ASKED_LIBRARIANS = "I passed your question on to the librarians."
NOTED_QUESTION = (
    "I put your question on the list of questions that the briefs do not answer. Nobody was told: "
    "whoever looks after the briefs finds it there."
)
MOVING = "Moving it now – I'll message you when everyone can read it."
READ_BY_ALL = "Every full member of this workspace can read it already."
SETTINGS_SAVED = "Saved the settings of this channel."
ADMINS_ONLY = "Only admins can do this."
NOTHING_TO_SEE = "I found nothing on this."
BROKEN = "Something went wrong on my side. Please ask again in a few minutes."
TOO_SLOW = "This took too long. Please try again, perhaps with a shorter question."
WRITING = "Still writing …"
STOPPED = "Stopped."
BUSY = "There are too many questions open. Please wait until some are answered, then ask again."
NOT_RECORDED = "The answer could not be recorded, so I cannot show it. Please tell the librarians."
GIVEN_UP = "I tried several times without success. Please ask again."
FILES_GIVEN_UP = "I tried several times and could not read the files. Please add them one by one."
MEMBERS_ONLY = "Only full members of this workspace can add briefs."
NOT_TO_BE_ADDED = "You cannot add briefs to this place's collection; please ask an admin."
CANNOT_CHECK = (
    "I can't check who can read this channel right now. Please ask again in a few minutes, or ask "
    "me in a direct message."
)
CANNOT_CHECK_PERSON = "I can't check what you may see right now. Please try again in a few minutes."
NO_FILES = "This message has no files that I could add."
READING = "Reading it now – I'll message you when it's done."
LOADING = "One moment …"
NOT_YOURS = "Only the person who asked can do this."
SHARED_ALREADY = "This answer is already shared with the channel."
NOT_TO_BE_SHARED = "Not everyone in this channel may see all of this answer, so I did not share it."
NOT_YOUR_BRIEF = "Only the person who added a brief, or an admin, can remove it."
REMOVED = "Removed the brief from the library."
REMOVED_ALREADY = "The brief is no longer in the library."
CHANNELS_ONLY = "These settings belong to a channel; type this command in one."
NOT_THESE = "This channel may not use one of these collections. Please open the settings again."
ASK_ME = (
    "Ask me a question, for example what the briefs say about a topic. Write “help” to see what "
    "else I do."
)
WELCOME = "You're welcome."
STOPPED_HERE = "OK, I stay out of this thread. Mention me to ask again."
ONLY_MENTIONS = "OK, I answer only questions that mention me here."
SET_BY_ADMIN = (
    "An admin set me to answer all questions in this channel; please ask them to change that. In "
    "a thread, “stop” keeps me out of it."
)
PICTURES = "I cannot read pictures, so I answer your question from the briefs alone."
CANNOT_READ_THREAD = (
    "I cannot read what this is about. Please write your question in the message that mentions me."
)
TRY_AGAIN = "Slack did not open the dialog in time. Please try once more."
NO_QUESTION = "Add a question, for example: /briefs What changed in 2024?"
NO_WORDS = "Add what to search for, for example: /briefs search ceasefire terms"
NO_ID = "Add the id of a brief; /briefs latest lists some."
NOTHING_TO_ASK = "This message has no text to ask about."


def searching(briefs: int) -> str:
    return f"searching {counted(briefs, 'brief')}"


def many_waiting(count: int) -> str:
    return (
        f"{counted(count, 'question')} from this channel are waiting. I answer each in its own "
        "thread, in turn; there is no need to ask again."
    )


_HINDRANCES = {
    Hindrance.GUEST: (
        "Guests, and people of other organisations, get answers from briefs that are open to "
        "everyone alone. Please ask a full member of this workspace."
    ),
    Hindrance.GUESTS: (
        "There is a guest in this channel, so I use only briefs that are open to everyone here. "
        "Ask me in a direct message, or in a channel without guests."
    ),
    Hindrance.SHARED: (
        "This channel is shared with another organisation, so I use only briefs that are open to "
        "everyone here. Ask me in a direct message, or in a channel of your own."
    ),
    Hindrance.WITHIN: (
        "This channel is shared between workspaces of your organisation, so I use only briefs that "
        "are open to everyone here. Ask me in a direct message, or in a channel of this workspace."
    ),
}


def hindered(hindrance: Hindrance | None) -> str:
    """Return why less may be shown in a place than elsewhere, and where to ask; "" for nothing."""
    return _HINDRANCES.get(hindrance, "") if hindrance else ""


def too_many_questions(answered: int, rest: Sequence[str]) -> str:
    """Return the line that names the questions of a message that are not answered."""
    named = "; ".join(text.one_line(one, 200) for one in rest[:PROMPTS])
    return f"I answer the first {answered} questions of a message. Please ask again: {named}"


def no_such_brief(brief_id: str) -> str:
    """Return what is said of an id that is unknown here, or of a brief that may not be seen."""
    return f"There is no brief “{text.one_line(brief_id, 60)}” here; /briefs latest lists some."


def asked_by_you(question: str) -> str:
    """Return the line under which a question asked in a dialog is answered."""
    return f"You asked: {text.one_line(question, 1_000)}"


def asked_next(question: str) -> str:
    """Return the line that a thread gets when a suggested question is asked."""
    return f"Asked next: {text.one_line(question, 1_000)}"


def counted(number: int, thing: str) -> str:
    """Return "1 brief", "1,412 briefs"."""
    plural = f"{thing[:-1]}ies" if thing.endswith("ry") else f"{thing}s"
    return f"{number:,} {thing if number == 1 else plural}"


def readers(rule: Rule) -> str:
    if rule.person:
        return "Only you can read it: I use it for your questions alone."
    if rule.team:
        return (
            "Only people in the channel where it was added can read it: I use it for questions "
            "asked there."
        )
    if rule.public:
        return "Everyone I answer can read it, guests and people of other organisations too."
    if rule.restricted:
        return "Only channels and user groups with access to this collection can read it."
    return "Every full member of this workspace can read it."


def suggested_prompts(newest: Sequence[BriefRef]) -> list[dict[str, str]]:
    """Return the prompts that the agent pane suggests, drawn from the newest briefs."""
    titles = dict.fromkeys(text.one_line(brief.title, 150) for brief in newest)
    return [
        {
            "title": text.escape(text.shorten(title, 60)),
            "message": text.escape(f"Summarise “{title}”"),
        }
        for title in list(titles)[:PROMPTS]
        if title
    ]


def now_following(topic: str) -> str:
    return (
        f"You follow “{text.one_line(topic, 100)}”. I message you when a new brief that you may "
        "read has a sentence about it."
    )


def not_followed(topic: str) -> str:
    return f"You do not follow “{text.one_line(topic, 100)}”. /briefs follow lists what you follow."


def told_when(*, weekly: bool) -> str:
    if weekly:
        return "OK, I tell you of new briefs on your topics once a week."
    return "OK, I tell you of new briefs on your topics at once."


def following(topics: Sequence[str], *, weekly: bool) -> str:
    """Return the list of what a person follows."""
    if not topics:
        return FOLLOWS_NOTHING
    when = "once a week" if weekly else "at once"
    return "\n".join(
        [f"You follow these topics, and are told {when}:", *map("• {}".format, topics)]
    )
