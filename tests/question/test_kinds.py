"""What a question asks for is told by the whole of it; one that only resembles it asks a fact."""

import pytest

from bot.question.kinds import Kind, Wanted, asked_of

LEAST = 0.85  # of the questions of each kind, which nothing was fitted to

KINDS = {
    Kind.FACT: """
What do the Houthis say about shipping?
What did the Suez Canal Authority say about the cause?
What do economists say about the tariffs?
What does the Treasury say about debt?
What does the red sea brief say about Egypt's canal revenue
What did the IMF report say about growth?
Who wrote the Farewell Address?
Who wrote the letter to the commission?
Who is the author of the amendment?
How many reports of piracy were there?
How many briefs were filed in the lawsuit by the state?
How many reports of attacks did the navy receive?
How many papers were shredded?
When was the Prespa agreement published in the gazette?
When was the treaty signed?
When did Finland join NATO?
What changed in the EU's position on state aid?
What changed after the election?
What is new in the treaty?
How has the Fed's policy changed?
How has China changed its policy on exports?
What was the first ship through the canal?
What is the latest figure for exports?
Which is the oldest lock in the canal?
Which countries mention the treaty in their laws?
Which reports did the ministry burn?
What did the ministers publish in March 2024?
Did they publish anything on the talks?
What is the key point of contention between the two sides?
Who leads Karabakh?
What is the summary execution rate?
Is there a deal on grain?
Is there a ceasefire?
Do we know who did it?
What is our share of the costs?
Have they written to the commission?
nord stream methane leak tonnes
canal revenue 2023
how much is the fine
what about Poland?
and China?
Which country lost most?
Which country exports most gas?
Which state owns the port?
which agency has the data
Which upstart did Canberra shut out of its networks?
What are commemorative coins?
What are the Houthis?
What happens if the brake is pulled?
What drives inflation?
what causes floods in the delta
how many countries have joined
what happened to the Ever Given in 2021
What happened on 3 September?
Has Russia lost more than 100,000 soldiers?
Is inflation higher than expected?
did more than half of the members vote
Can ships pass with or without permission?
is that governments or private investors?
What became of the suit vs Halden Metals?
Why did the exports fall?
""",
    Kind.OVERVIEW: """
What do our briefs say about shipping?
what do the reports say about energy
what are our reports saying about grain
What do we have on Poland?
what have we written about gas supplies to Europe
so what have we written about chips
brief me on the Red Sea
catch me up on the Polish vote
bring me up to speed on AUKUS
anything on nuclear submarines?
is there anything on Sudan
do we have anything about drones
tell me about state aid for chip factories
give me the background on Karabakh
what's our take on the Panama Canal
whats our take on the panama canal
I need an overview of semiconductors
what's the latest on the Red Sea?
where do we stand on chips
Poland
energy
the Red Sea
Poland?
state aid
canals
""",
    Kind.SUMMARY: """
summarise BB-2023-04
summarize bb-2019-02
Can you summarise the brief on AUKUS for me?
key points of BB-2024-02
main points of the panama canal brief pls
what are the key takeaways of "The European Chips Act in force"?
summary of our brief on the Montreux Convention
in a nutshell, what does the poland brief say?
tldr suez canal ever given
tl;dr of the Windsor brief
sum up the windsor one
the brief on AUKUS in short
what does this report say
what does the AUKUS brief say?
what is the brief on AUKUS about?
what's the bottom line of the brief on the grain initiative?
give me the gist of the red sea brief
summarise this brief
summarise it
key points
key points of that brief
can you summarise this report in three bullets?
""",
    Kind.CATALOGUE: """
what's our newest brief?
which is the oldest brief we have
newest brief on shipping
latest report on Dallas
whats the latest we published on the suez canal
what's the first brief on the suez canal
who wrote the brief on AUKUS?
who's the author of BB-2023-09
who wrote it
briefs by the Black Sea Team
do we have anything by the Africa Desk?
what did we publish in March 2024?
what did we put out in october 2023
what did we publish last month
list all briefs from 2022
which briefs came out in 2024?
did we publish anything in 2020?
how many briefs do we have?
how many briefs did we publish in 2023
how many briefs on shipping
how many reports are from October 2017?
how many reports by Valerie Heitshusen
how many versions of BB-2022-07 are there
when was the grain initiative brief last updated?
when did we publish the brief on Nord Stream?
when was IF10753 updated
which briefs mention Maersk?
which briefs are on NATO?
list the briefs
list all briefs
is there a brief on Taiwan?
do we have a report on Greenland
briefs on energy
any briefs on migration?
how many briefs mention Russia?
""",
    Kind.WHAT_CHANGED: """
what changed in the latest version of the grain initiative brief?
what's new in BB-2022-07
whats new in the energy star report
diff between v1 and v2 of the grain brief
diff between version 6 and 7 of IF10753
what did you remove from the black sea grain brief
how does the new edition of BB-2022-07 differ from the old one
what changed in the AUKUS brief?
what was removed from IF10753 since april 20
what has changed in this report?
""",
    Kind.CHANGE_OF_VIEW: """
how has our view of the Suez detour changed?
has our position on chips shifted
did we change our mind on the cape route becoming normal
how has our assessment of the grain initiative evolved
what did we think about suez in 2021 and what do we think now
have we changed our view on Poland?
""",
    Kind.LIST: """
Which countries have recognised the new border?
What are the options for Congress?
options for the ministry on the ferry
what are the reasons for the delay
name the ports that the deal covered
List the parties that won seats
give me a list of the members of the council
who are the top holders of the bonds?
what policy options does the council have?
In which districts is the blight found?
Which U.S.-flagged vessels lay in the gulf?
What are the main dangers?
recommendations to the ministry
""",
    Kind.TIMELINE: """
timeline of the harbour lease
chronology of the ferry strike
harbour lease timeline
key dates of the border treaty
history of the stabilisation fund
What has happened in Orrin since the ceasefire?
what happened between 2019 and 2021 at the border
What happened in 2019?
How did the strike unfold, date by date?
can you give me a timeline of the blockade
""",
    Kind.COMPARISON: """
Is the Orrin canal longer than the Sarn canal?
who got more seats, Third Way or the Union?
Orrin vs Sarn revenue per head
how does the old fee compare with the new one
what is the difference between a levy and a toll?
Did exports rise more in 2023 than in 2022?
Orrin or Sarn: how long may ships stay?
ferry budget 2015 against 2024
""",
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Kind.FACT])
def test_the_kind_of_most_questions_is_known(kind: Kind) -> None:
    questions = KINDS[kind].strip().splitlines()
    wrong = {one: found for one in questions if (found := asked_of(one).kind) is not kind}
    assert len(wrong) <= (1 - LEAST) * len(questions), wrong


def test_few_questions_that_only_resemble_another_kind_are_surely_taken_for_it() -> None:
    """Each has the words of one; a list and a comparison are forms of facts that are several."""
    facts = (Kind.FACT, Kind.LIST, Kind.COMPARISON)
    questions = KINDS[Kind.FACT].strip().splitlines()
    told = {one: found for one in questions if (found := asked_of(one)).selection.sure}
    wrong = {one: found.kind for one, found in told.items() if found.kind not in facts}
    assert len(wrong) <= (1 - LEAST) * len(questions), wrong


@pytest.mark.parametrize(
    ("asked", "subject"),
    [
        ("What do our briefs say about Egypt's canal revenue?", "Egypt's canal revenue"),
        ("so, what do we have on the Black Sea please", "the Black Sea"),
        ("can you summarise the brief on AUKUS in three bullets", "the brief on AUKUS"),
        ("which briefs mention Maersk?", "Maersk"),
        ("how has our view of the Suez detour changed since 2021?", "the Suez detour"),
        ("Poland?", "Poland"),
    ],
)
def test_the_subject_is_what_is_left_of_the_form(asked: str, subject: str) -> None:
    assert asked_of(asked).subject.removeprefix("the ") == subject.removeprefix("the ")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("how many briefs are there on chips", Wanted.COUNT),
        ("who wrote BB-2023-09?", Wanted.AUTHORS),
        ("when was the AUKUS brief published?", Wanted.DATES),
        ("how many versions of BB-2022-07 are there", Wanted.VERSIONS),
        ("which briefs are on NATO?", Wanted.BRIEFS),
    ],
)
def test_a_question_about_briefs_says_what_it_wants_of_them(asked: str, wanted: Wanted) -> None:
    assert asked_of(asked).selection.wanted is wanted


@pytest.mark.parametrize(
    "asked",
    [
        "Would flour mills run short because of the port blockade?",
        "do copper pipes from Valland count under the ban?",
        "Could the drought hurt growers of saffron and barley?",
        "Were trawlers stuck in the harbour during the strike?",
        "Has the ministry banned plastic nets, hooks or traps?",
    ],
)
def test_what_opens_with_an_auxiliary_asks_for_no_list(asked: str) -> None:
    """A yes or a no is wanted, or one of two things."""
    assert asked_of(asked).kind is not Kind.LIST


def test_a_list_may_be_asked_for_politely() -> None:
    assert asked_of("Can you list the ports that the ferry calls at?").kind is Kind.LIST


@pytest.mark.parametrize(
    ("asked", "signed_by"),
    [
        ("reports by more than one author", "several"),
        ("which briefs were co-authored?", "several"),
        ("list the reports with three authors", "3"),
        ("single-author reports", "1"),
        ("which reports are on the ports of Orrin?", ""),
    ],
)
def test_briefs_are_asked_for_by_how_many_wrote_them(asked: str, signed_by: str) -> None:
    found = asked_of(asked)
    assert (found.kind, found.selection.signed_by) == (Kind.CATALOGUE, signed_by)


@pytest.mark.parametrize(
    "asked",
    ["what briefs do you have?", "list all reports", "How many briefs are there?",
     "which papers do we have in the library"],
)  # fmt: skip
def test_all_briefs_may_be_asked_for(asked: str) -> None:
    found = asked_of(asked)
    assert (found.kind, found.subject) == (Kind.CATALOGUE, "")


def test_a_follow_up_is_no_topic_typed_alone() -> None:
    assert asked_of("Poland?", follows=True).kind is Kind.FACT


def test_words_that_only_look_like_a_verb_or_a_name_count_for_none() -> None:
    """A talk, a container and a referendum mention nothing; a month wrote nothing."""
    looks = ("briefs on the peace talks", "any briefs on container ships",
             "briefs on the referendum")  # fmt: skip
    assert [one for one in looks if asked_of(one).selection.mentioning] == []
    assert asked_of("which reports refer to Kaliningrad").selection.mentioning
    assert asked_of("what changed in the New START brief").selection.wanted is Wanted.BRIEFS
    assert asked_of("what was added to R48903").selection.wanted is Wanted.ADDED
    assert asked_of("briefs published by March 2024").selection.author == ""
    assert asked_of("papers by Nadia Okoye").selection.author == "Nadia Okoye"
