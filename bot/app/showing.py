"""Show one answer in the terminal: sentences as they come, then what the whole answer adds to them.

Sentences come before the answer is whole only on a terminal that people look at. Where the whole
answer is another than what was shown, it says so and shows all of it.
"""

import sys

from bot.answering.answer import Answer, Citation, Sentence
from bot.answering.render import plain, renderable, rich_sentence, rich_sources

REPLACED = "The sentences above are withdrawn. The answer is:"


class Showing:
    """One answer on its way to the reader."""

    def __init__(self, *, live: bool, with_question: bool = False) -> None:
        """`live` allows sentences before the answer is whole; machines get the answer alone."""
        self.sentence = self._sentence if live and sys.stdout.isatty() else None
        self._with_question = with_question
        self._shown: list[Sentence] = []

    def answer(self, answer: Answer) -> None:
        """Print the answer, or what of it has not been shown yet."""
        from ingest.terminal import out

        if not sys.stdout.isatty():
            question = f"{self._question(answer)}\n\n" if self._with_question else ""
            sys.stdout.write(f"{question}{plain(answer)}\n")
            return
        console = out()
        if self._with_question:
            console.print(self._question(answer), style="dim", markup=False, highlight=False)
        if self._shown and self._shown == list(answer.sentences):
            console.print()
            console.print(rich_sources(answer))
            return
        if self._shown:
            console.print(f"\n{REPLACED}\n", style="yellow")
        console.print(renderable(answer))

    def _sentence(self, sentence: Sentence, _: tuple[Citation, ...]) -> None:
        from ingest.terminal import out

        self._shown.append(sentence)
        out().print(rich_sentence(sentence))

    def _question(self, answer: Answer) -> str:
        return f"Question: {answer.standalone.question}"
