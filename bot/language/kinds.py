"""Kinds of things that briefs speak of by a common noun: "the agency", "this program", "the court".

A table of nouns with the words that head the names of such things, and the pattern of a sentence
that opens with one of them. Knows no text and no name.
"""

import re

_LISTED = """
agency: Agency Administration Bureau Service Department Office Commission Authority
department: Department
bureau: Bureau
service: Service
office: Office
commission: Commission
authority: Authority
ministry: Ministry
board: Board
council: Council
committee: Committee
bank: Bank
bill: Act Bill
act: Act
law: Act Law
court: Court Circuit Tribunal
program: Program
programme: Programme
fund: Fund
plan: Plan
initiative: Initiative
treaty: Treaty
agreement: Agreement
convention: Convention
protocol: Protocol
company: Company Corporation Corp Inc Ltd LLC
firm: Company Corporation Corp Inc Ltd LLC
corporation: Corporation Corp
president: President
minister: Minister
secretary: Secretary
judge: Judge
justice: Justice
governor: Governor
senator: Senator
chancellor: Chancellor
"""
# noun: the words that may head the name of such a thing; for persons, their titles
HEADS = {
    line.partition(": ")[0]: frozenset(line.partition(": ")[2].split())
    for line in _LISTED.strip().splitlines()
}
ALL_HEADS = frozenset[str]().union(*HEADS.values())
LAWS = frozenset({"bill", "act", "law"})  # may be called by a number too: "H.R. 1156"
FIRMS = frozenset({"company", "firm", "corporation"})
OFFICES = frozenset(
    {"president", "minister", "secretary", "judge", "justice", "governor", "senator", "chancellor"}
)
# A name may stand for this much of a sentence's beginning and for no more: "The agency’s".
POINTING = re.compile(
    rf"(?:The|This|That) (?P<noun>(?i:{'|'.join(HEADS)}))(?P<possessive>[’']s)?(?![\w’'-])"
)
