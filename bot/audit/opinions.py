"""Ask a chat model for a second opinion on the sentences of an answer: a record in, opinions out.

Each sentence is judged by itself, against the passages it cites as they were seen and nothing else:
no question, no name of an asker, no other sentence is sent. The opinions are records of their own,
apart from the machine's verdicts and from editors' judgements. What the model says is data.
"""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from bot.allowance import Allowance
from bot.audit.judgements import Judged
from bot.audit.opinion_prompt import VERSION, compose
from bot.audit.passages import passages
from bot.errors import ChatError, ChatUnavailable, UnfitReply
from bot.ledger import Entry, Kind, Ledger
from bot.models import ChatModel
from bot.untrusted import bare, forbidden
from index.errors import UsageError
from index.passage import Hit
from index.settings import Settings
from index.storage.database import Database

LONGEST_REPLY = 8_000  # characters, a <think> block included
LONGEST_REASON = 300  # characters that are kept
_AROUND = re.compile(r"\A<think>.*?</think>|\A```[a-z]*\s|```\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Opinion:
    """What a chat model thinks of one sentence of one answer."""

    record_id: str
    answer_id: str
    sentence: int  # from 1
    judge: str  # provider:model
    judged: Judged
    reason: str  # one line, "" where it gave none that may be shown
    at: str  # UTC, ISO 8601


class SecondJudge:
    """A chat model that gives its opinion. Safe to share between threads."""

    def __init__(self, database: Database, settings: Settings, model_name: str) -> None:
        """Prepare to ask "provider:model"; nothing is imported or called yet.

        Raises UsageError where the name is none.
        """
        self.name = model_name
        self._settings = settings_for(settings, model_name)
        allowance = Allowance(database, settings.chat_calls_a_day)
        self._model = ChatModel(self._settings, allowance)

    def load(self) -> None:
        """Import and prepare the model; raise ChatUnavailable, saying what is missing."""
        self._model.load()

    def second(self, ledger: Ledger, entry: Entry) -> list[Opinion]:
        """Record and return the model's opinion of the sentences that it has not judged yet.

        A sentence of which it fails is passed over, and the first ChatError raised at the end; a
        ChatUnavailable at once. What was recorded before stays.
        """
        done = {one.sentence for one in opinions(ledger, entry.answer_id) if one.judge == self.name}
        made: list[str] = []
        faults: list[ChatError] = []
        for number in range(1, len(entry.body["sentences"]) + 1):
            try:
                if number not in done and (record_id := self._judged(ledger, entry, number)):
                    made.append(record_id)
            except ChatUnavailable:
                raise
            except ChatError as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        return [one for one in opinions(ledger, entry.answer_id) if one.record_id in made]

    def _judged(self, ledger: Ledger, entry: Entry, number: int) -> str | None:
        """Record an opinion and return the record's id; None for a sentence that cites nothing."""
        cited = passages(entry.body, number)
        if not cited:
            return None
        judged, reason = self._ask(entry.body["sentences"][number - 1]["text"], cited)
        body = {"sentence": number, "judge": self.name, "judged": judged, "reason": reason}
        return ledger.add(Kind.OPINION, entry.answer_id, {**body, "prompt_version": VERSION})

    def _ask(self, sentence: str, cited: Sequence[Hit]) -> tuple[Judged, str]:
        messages = compose(sentence, cited, self._settings.chat_input_tokens)
        text = ""
        with closing(self._model.stream(messages)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                text += piece.text
                if len(text) > LONGEST_REPLY:
                    raise UnfitReply("The chat model's reply did not end")
        return parsed(text)


def opinions(ledger: Ledger, answer_id: str) -> list[Opinion]:
    """Return the opinions on an answer's sentences, oldest first."""
    return list(map(read, ledger.further(answer_id, Kind.OPINION)))


def read(entry: Entry) -> Opinion:
    """Return the opinion that a record is."""
    body = entry.body
    return Opinion(
        record_id=entry.record_id,
        answer_id=entry.answer_id,
        sentence=body["sentence"],
        judge=body["judge"],
        judged=Judged(body["judged"]),
        reason=body["reason"],
        at=entry.created_at,
    )


def standing(found: Iterable[Opinion]) -> dict[int, list[Opinion]]:
    """Return the last opinion of each judge by sentence; they come oldest first."""
    last = {(one.sentence, one.judge): one for one in found}
    by_sentence: dict[int, list[Opinion]] = {}
    for one in last.values():
        by_sentence.setdefault(one.sentence, []).append(one)
    return by_sentence


def settings_for(settings: Settings, model_name: str) -> Settings:
    """Return the settings with this chat model.

    Address and key stay only where they are of the same provider: a key goes to nobody else.
    """
    provider, _, name = model_name.partition(":")
    if not provider.strip() or not name.strip():
        raise UsageError(f"--judge {model_name}: write provider:model, such as openai:NAME")
    usual = (settings.chat_model or model_name).partition(":")[0]
    changes: dict[str, Any] = {"chat_model": model_name}
    if usual != provider:
        changes |= {"chat_url": None, "chat_key": None}
    return settings.model_copy(update=changes)


def parsed(text: str) -> tuple[Judged, str]:
    """Return the word and the reason of a reply: one JSON object and nothing else.

    A <think> block before it and code fences around it are passed over. Raises UnfitReply.
    """
    plain = text.strip()
    while (stripped := _AROUND.sub("", plain).strip()) != plain:
        plain = stripped
    try:
        found = json.loads(plain)
        judged = Judged(found["judged"])
        reason = found.get("reason", "")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise UnfitReply("The chat model's reply was not in the form asked for") from None
    if not isinstance(reason, str):
        raise UnfitReply("The chat model's reply was not in the form asked for")
    reason = bare(reason)[:LONGEST_REASON]
    return judged, "" if forbidden(reason) else reason
