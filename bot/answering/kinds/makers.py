"""Which module answers which kind of question; a kind that is missing here is asked as a fact."""

from collections.abc import Mapping

from bot.answering.kinds.comparison import comparison_answer
from bot.answering.kinds.lists import list_answer
from bot.answering.kinds.sources import KindMaker
from bot.answering.kinds.timeline import timeline_answer
from bot.question.kinds import Kind

KIND_MAKERS: Mapping[Kind, KindMaker] = {
    Kind.LIST: list_answer,
    Kind.COMPARISON: comparison_answer,
    Kind.TIMELINE: timeline_answer,
}
