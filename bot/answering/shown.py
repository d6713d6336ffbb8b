"""Say how a candidate is shown: a stretch of a passage in, its readable text out.

A table row is shown as words under its header; a subject that only the sentences before name is
named in brackets. bot/answering/readable.py proves that nothing else is done.
"""

from bot.answering.candidates import Candidate
from bot.answering.readable import bare, headers, is_row, row
from bot.answering.subjects import named
from index.sentences import split


def shown(candidate: Candidate) -> str:
    """Return the text that stands for the candidate in an answer."""
    quote, passage = candidate.text, candidate.hit.passage
    if is_row(quote):
        return row(quote, next(headers(quote, passage.text, passage.context)))
    before = passage.text[: candidate.start]
    earlier = [bare(before[start:end]) for start, end in split(before)]
    text = bare(quote)
    return named(text, earlier) or text
