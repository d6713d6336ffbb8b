"""The names by which Slack tells us what was clicked or filled in, and what buttons carry.

A button's value is an answer's id, or that and a number or word behind a colon; never text.
"""

# Buttons of answers; the value is the answer's id unless another is given
SHOW_PASSAGES = "show_passages"
ASK_PRIVATELY = "ask_privately"
SHARE = "share_with_channel"
ASK_LIBRARIANS = "ask_librarians"
ASK_AGAIN = "ask_again"  # the edited question; the id is that of the answer to the earlier text
ASK_ANEW = "ask_anew"  # a brief behind the answer was corrected
FEEDBACK = "feedback"  # ID:up or ID:down
ASK_NEXT = "ask_next"  # ID:NUMBER of the suggested question, from 1
SUGGESTIONS = 3  # of one answer; each button of a message needs an action_id of its own

# Buttons of the passages dialog
MORE_CONTEXT = "more_context"  # ID:NUMBER, of the first citation of that passage
TURN_PAGE = "turn_page"  # ID:PAGE, from 0
TURN_BACK = "turn_page_back"  # the same, on the button that goes back

# Buttons elsewhere
UNDO_INGEST = "undo_ingest"  # BRIEF_ID@VERSION
MOVE_BRIEF = "move_brief"  # BRIEF_ID@VERSION: from a place's collection to all full members
DELETE_HISTORY = "delete_history"  # no value
OPEN_ASK = "open_ask"  # no value: opens the dialog to ask
OPEN_UPLOAD = "open_upload"  # no value: opens the dialog to add a brief

# Dialogs, by callback_id
PASSAGES_VIEW = "passages"
FEEDBACK_VIEW = "feedback"
SETTINGS_VIEW = "settings"
UPLOAD_VIEW = "upload"
ASK_VIEW = "ask"
MESSAGE_VIEW = "message"

# Fields of dialogs: block_id and action_id alike
REASON = "reason"
NOTE = "note"
COLLECTIONS = "collections"
ANSWERING = "answering"
UNASKED = "unasked"
FILES = "files"
COLLECTION = "collection"
TITLE = "title"
DATE = "date"
QUESTION = "question"

GOOD, BAD = "up", "down"


def suggestion(number: int) -> str:
    """Return the action_id of a suggested question's button."""
    return f"{ASK_NEXT}_{number}"


def joined(first: str, second: object) -> str:
    """Return the value of a button that carries two things."""
    return f"{first}:{second}"


def parted(value: str) -> tuple[str, str]:
    """Return the two things that a button carries; the second is "" where there is one."""
    first, _, second = value.partition(":")
    return first, second


def parted_number(value: str) -> tuple[str, int]:
    """Return an answer's id and the number behind it; 0 where there is none."""
    first, second = parted(value)
    return first, int(second) if second.isascii() and second.isdigit() else 0
