"""Nouns of things that happen, and the other words that tell of the same. English; no behaviour.

An entry is a noun, or a noun and its verb as it tells what came about: "visit:visited".
"""

_NOUNS = """
accession:acceded accident agreement annexation:annexed armistice arrest:arrested
assassination:assassinated attack:attacked ban:banned battle blackout blast blockade:blockaded
blockage:blocked bombardment bombing:bombed breach breakdown brexit ceasefire closure:closed
collapse:collapsed collision:collided conference coup crackdown crash:crashed cyclone deal
death:died debate declaration:declared default:defaulted defeat:defeated departure:departed
deployment:deployed derailment:derailed disaster dissolution:dissolved drought earthquake
election embargo enlargement eruption:erupted evacuation:evacuated exercise exit expiry:expired
explosion:exploded expulsion:expelled fire flood flooding:flooded grounding:grounded handover
hearing hurricane impeachment:impeached inauguration:inaugurated incident incursion independence
injunction inquiry intervention:intervened invasion:invaded launch:launched leak lockdown
massacre meeting:met merger:merged mutiny negotiation:negotiated nomination:nominated offensive
opening:opened outage outbreak pandemic partition poll protest pullout raid:raided
ratification:ratified referendum renegotiation:renegotiated reopening:reopened
resignation:resigned revolution riot rollout ruling:ruled rupture sabotage sale:sold scandal
seizure:seized shooting:shot shutdown siege signing:signed sinking:sank/sunk spill:spilled split
storm storming:stormed strike:struck summit surrender:surrendered takeover talk treaty trial
truce typhoon unification:unified uprising verdict visit:visited vote:voted war wildfire
withdrawal:withdrew/withdrawn
"""

EVENTS: dict[str, tuple[str, ...]] = {
    noun: tuple(verbs.split("/")) if verbs else ()
    for noun, _, verbs in (entry.partition(":") for entry in _NOUNS.split())
}
# These say nothing of themselves: "the end of the war".
EDGES: dict[str, tuple[str, ...]] = {
    "beginning": ("began", "begun", "started"),
    "end": ("ended",),
    "fall": ("fell", "fallen"),
    "start": ("started", "began", "begun"),
}
# What is put before these is put to them.
BODIES = frozenset("conference hearing inquiry meeting referendum summit trial vote".split())
# Verbs that go with such a noun: "the ceasefire collapsed".
BEFALLS = frozenset(
    """
    began broke closed collapsed ended entered escalated expired failed fell happened opened passed
    resumed started stopped took
    """.split()
)
