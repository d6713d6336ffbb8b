"""Word lists of English that the rules of conversation and of choosing sentences rest on."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Pronouns that need an antecedent; "that" and "this" are apart because they may stand before a
# noun.
PRONOUNS = _listed(
    """
    it its itself they them their theirs themselves he him his she her hers one ones both
    neither former latter such
    """
)
DEMONSTRATIVES = _listed(
    """
    this that these those
    """
)
# Nouns for kinds of things: with "the" and without a name beside them they point back.
KINDS = _listed(
    """
    act agency agreement allies army authorities bank bill budget case ceasefire change claim
    committee companies company conflict congress council countries country court courts cut
    cuts dataset deadline deal decision department document effort exemption fee figure
    figures firm fund funding government grant group increase investigation judge judges law
    lawsuit leader limit measure ministry money offer order other others parties party payment
    people place plaintiffs plan policy president price problem proceeds process product
    program programme project proposal reason regulation report requirement residents result
    results rule ruling sanctions senate settlement side sides state states strike study suit
    system talks tariff tariffs tax team term terms thing treaty union vote war
    """
)
# Common verbs and adverbs found beside a noun group, which say nothing of the topic.
LIGHT = _listed(
    """
    add added affect affects affected apply applied ask asked base based become began begin
    begun bring brought call called came cause caused causes change changed come comes coming
    compare compared consider cost costs cover covered describe drop dropped end ended explain
    face faced fall fell find found gave get gets getting give given goes going gone gonna got
    grew grow happen happened happening happens happy held help helped hit hold include
    included includes kick kicks keep kept know known last lasted latest lead learn left let
    like likely look looks lose lost made make makes making mean means meant move moved moving
    now offer old paid pay play plays possible provide provided put raise ran reach receive
    remain rise rose rule run running runs see seem sent set settle settled share show showed
    start started starts stay stop stopped switch take taken takes think took tried try turn
    turned use used uses using went weigh win won work worked working works write written
    today currently really different good best better main new first back planned total whole
    whats whos hows wheres whens thats dont doesnt didnt isnt arent cant wont wanna ppl
    """
)
