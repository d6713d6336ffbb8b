"""What of a message asks something, and its questions."""

import pytest

from bot.question.smalltalk import is_small_talk
from bot.question.utterance import (
    asks_the_briefs,
    is_stop,
    only_points,
    questions,
    says_something,
)

TALK = """thanks, great!
+1
lol
I'll put this into the deck tomorrow
Interesting, I did not know the lease runs that long.
can you check this @U123?
Anyone up for coffee?
ok, will do
haha nice
:tada: :tada:
Could you send me the slides?
Shall we move the call to four?
I think the number is wrong.
Who's in for lunch?
Did you see the game last night?
That explains a lot
What are you all doing on Friday?
agreed?
Has anyone booked the room?
👍
see you tomorrow
We should tell the minister
Is everyone ok with that?
@Ada do you have the slides?
what did the quota come to, @Ada?
could you forward this to Marta?
why is the wifi so slow today?
when is your flight?
what a mess
how interesting!
wait, what?
why not?
I can't open the file, can you resend it?"""

ASKED = """Who leased the harbour?
who leased the harbour
and what about Sweden
What did she promise in 2024?
thanks, and what about Sweden
remind me how much it costs
pls tell me who leads the agency
Summarise the brief on Port Aurelia
Is the lease still in force?
Interesting. How long does it run?
any update on the wheat tariff
In which year was it signed?
Why did Hungary cancel the meeting with Sweden?
How can Congress override agency rules?
What are school lunch options under the farm bill?
I'd like to know how much wheat was exported
Why was the ferry contract cancelled?
what a quota costs the fleet, and why?
how long is the lease
hello, could you please summarise the ferry brief
quick q - when was the levy introduced
need the figure for cod landings in 2021
@here who called the lease a mistake?"""


@pytest.mark.parametrize("text", TALK.splitlines())
def test_talk_among_people_asks_the_briefs_nothing(text: str) -> None:
    assert not asks_the_briefs(text)


@pytest.mark.parametrize("text", ASKED.splitlines())
def test_questions_are_asked_with_and_without_a_mark(text: str) -> None:
    assert asks_the_briefs(text)


@pytest.mark.parametrize(
    "text",
    """help
hi
how to add documents?
What can you do?
how do I add a brief?
hello there!
what can i ask you""".splitlines(),
)
def test_help_is_asked_for(text: str) -> None:
    """Not of the briefs."""
    assert is_small_talk(text)
    assert not asks_the_briefs(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Who leased it? What does wheat cost?", 2),
        ("1. Who leased the harbour?\n2. What does wheat cost?\n3) When was it signed?", 3),
        ("- Who leased the harbour\n- How much does wheat cost", 2),
        ("Two things: (1) who leased the harbour? (2) what does wheat cost?", 2),
        ("Two things: when was the lease signed? who signed it?", 2),
        ("i) who leased it? ii) how long for?", 2),
        ("Is the report called Who pays? the newest on wheat?", 1),
        ("Hi! Two questions.\nWho leased the harbour?\nWhat does wheat cost? Thanks!", 2),
        ("We are writing a deck on ports. Who leased the harbour?", 1),
        ("Did you see the news? Who leased the harbour? How long?", 2),
        ("Who leased the harbour, and how much does it cost?", 1),
        ("Compare:\n- Sweden\n- Norway", 1),
        ("What happened on 3. May 2024?", 1),
        ("Summarise the brief", 1),
    ],
)
def test_a_message_has_so_many_questions(text: str, parts: int) -> None:
    assert len(questions(text)) == parts, questions(text)


def test_questions_are_whole_without_their_numbers() -> None:
    """What stands before one goes with it; politeness goes."""
    said = "Hello!\n1. Who leased the harbour?\n2. What does wheat cost?"
    assert questions(said) == ("Who leased the harbour?", "What does wheat cost?")
    said = "The lease is odd. Who signed it? And what does wheat cost?"
    assert questions(said) == ("The lease is odd. Who signed it?", "And what does wheat cost?")


@pytest.mark.parametrize(
    "text",
    """stop
Stop!
no more answers please
please stop
be quiet
stop answering here
leave us alone
mute""".splitlines(),
)
def test_stop_is_told(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["When did the strike stop?", "Stop the lease?", "mute swans"])
def test_a_question_with_the_word_is_none(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text",
    """this
?
any source for this?
^ what do we have on that?
same question
what do you think?
is that true?
can you answer this?
thoughts?
:eyes:""".splitlines(),
)
def test_what_only_points_is_known(text: str) -> None:
    assert only_points(text)


@pytest.mark.parametrize(
    "text",
    [
        "What do the briefs say about wheat?",
        "What do we know on cod?",
        "Source of the cod?",
        "Is the lease true to the law?",
        "wheat",
    ],
)
def test_what_names_its_matter_does_not_only_point(text: str) -> None:
    assert not only_points(text)


@pytest.mark.parametrize(("text", "says"), [(":+1:", False), ("?!", False), ("a :+1:", True)])
def test_emoji_say_nothing(text: str, says: bool) -> None:
    assert says_something(text) is says
