"""Which module answers which kind of question; a kind that is missing here is asked as a fact."""

from collections.abc import Mapping

from bot.answering.kinds.catalogue import catalogue
from bot.answering.kinds.comparison import comparison_answer
from bot.answering.kinds.lists import list_answer
from bot.answering.kinds.overview import overview
from bot.answering.kinds.sources import KindMaker
from bot.answering.kinds.summary import summary
from bot.answering.kinds.timeline import timeline_answer
from bot.answering.kinds.versions import what_changed
from bot.answering.kinds.views import change_of_view
from bot.question.kinds import Kind

KIND_MAKERS: Mapping[Kind, KindMaker] = {
    Kind.LIST: list_answer,
    Kind.COMPARISON: comparison_answer,
    Kind.TIMELINE: timeline_answer,
    Kind.OVERVIEW: overview,
    Kind.SUMMARY: summary,
    Kind.CATALOGUE: catalogue,
    Kind.WHAT_CHANGED: what_changed,
    Kind.CHANGE_OF_VIEW: change_of_view,
}
# These need no passages for the question as a whole.
SEARCHES_ITSELF = frozenset(
    {Kind.OVERVIEW, Kind.SUMMARY, Kind.CATALOGUE, Kind.WHAT_CHANGED, Kind.CHANGE_OF_VIEW}
)
