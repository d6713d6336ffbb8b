"""Open questions in groups, each asked in several ways: what `ALIKE` was chosen on, and checked on.

About the subjects of the example briefs, which answer none of them; neighbouring groups share their
subject and their words. Written for this purpose.
"""

CHOSEN_ON: tuple[tuple[str, ...], ...] = (
    (
        "Which ports lost most traffic because of the Red Sea attacks?",
        "What harbours have been hit hardest by ships avoiding the Red Sea?",
        "Red Sea rerouting: ports with the biggest drop in calls?",
    ),
    (
        "How much have insurers raised war risk premiums for the Red Sea?",
        "What does war-risk insurance cost for a Red Sea passage now?",
        "Red Sea insurance premiums, how high?",
    ),
    (
        "How many crew were killed in Houthi attacks?",
        "Did any seafarers die when the Houthis struck merchant ships?",
    ),
    (
        "Who pays for repairing the Nord Stream pipelines?",
        "Will anybody fund the repair of Nord Stream?",
        "Cost of fixing the Nord Stream pipes and who bears it",
    ),
    (
        "Has anyone been arrested for the Nord Stream explosions?",
        "Were there arrests over the sabotage of Nord Stream?",
    ),
    (
        "When will the first AUKUS submarine reach Australia?",
        "AUKUS: date on which Australia gets its first boat?",
        "In which year does Australia receive its first nuclear submarine?",
    ),
    (
        "What do New Zealanders think of AUKUS?",
        "Is New Zealand going to join AUKUS?",
    ),
    (
        "How many jobs does the EU Chips Act create?",
        "Employment effects of the European Chips Act?",
        "Jobs expected from the EU's chips law",
    ),
    (
        "What does the Swiss army cost each year?",
        "How big is Switzerland's defence budget?",
        "Swiss military spending per year?",
    ),
    ("Who won the football world cup in 2022?", "2022 World Cup winner?"),
    ("How do I bake sourdough bread?", "Recipe for a sourdough loaf please"),
    ("What is the population of Armenia?", "How many people live in Armenia?"),
    ("How do I reset my password?",),
    ("Who is the chief economist of the IMF?",),
)

CHECKED_ON: tuple[tuple[str, ...], ...] = (
    (
        "What toll does a container ship pay in the Panama Canal?",
        "How much are Panama Canal tolls for container vessels?",
        "Panama Canal fees per container ship",
    ),
    (
        "When will the drought at the Panama Canal end?",
        "Is rain expected to end the low water in Gatun Lake?",
    ),
    (
        "Is a new reservoir planned for the Panama Canal?",
        "Panama: plans for another lake to feed the canal?",
        "Will they build a dam to give the Panama Canal more water?",
    ),
    (
        "Did the owner of the Ever Given pay compensation to Egypt?",
        "How much compensation was paid for the Ever Given?",
        "Ever Given settlement with the Suez Canal Authority: what sum?",
    ),
    (
        "Who was the captain of the Ever Given?",
        "What is the name of the Ever Given's master?",
    ),
    (
        "How many troops does Finland bring into NATO?",
        "Size of the Finnish army that joins the alliance?",
        "How large are Finland's armed forces?",
    ),
    (
        "Why did Turkey hold up Sweden's accession?",
        "What did Turkey demand from Sweden for its NATO membership?",
        "Turkish conditions for letting Sweden into NATO",
    ),
    (
        "How many Armenians have gone back to Nagorno-Karabakh?",
        "Have refugees returned to Karabakh?",
    ),
    (
        "Who is Poland's minister of finance?",
        "Name of the Polish finance minister?",
        "Who runs the finance ministry in Warsaw?",
    ),
    (
        "What was the turnout among young voters in Poland?",
        "How many of the young went to vote in the Polish election?",
    ),
    ("What is the capital of Peru?", "Peru's capital city?"),
    ("Is the canteen open on Friday?",),
    ("What is the price of Brent crude today?", "Current oil price (Brent)?"),
)
