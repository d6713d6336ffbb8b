"""Take each question exactly once: deliveries in, claims out, each brought to one end.

Several processes share the tables. A process that took a question holds a lease on it and renews
it while it works; when it dies, another takes the question over after the lease. Every step is one
transaction, so that a kill between two loses and doubles nothing. Knows nothing of how questions
are answered or posted.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from bot.slack import accepting, changes, erasing, posts
from bot.slack.claims import Finding, claim_of, free
from bot.slack.inbox_tables import LONGEST_LEASE, Store, moment, questions, storable
from bot.slack.posts import Noted
from bot.slack.quotas import Quotas
from bot.slack.types import Accepted, Claim, Incoming, Outcome
from index.storage.database import Database


class Inbox:
    """The questions of all workspaces, in the library's database.

    Methods that change a claim return whether it was still this process's to change: False where
    the lease was lost to another process, or the question has ended. Then nothing may be posted.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        *,
        lease_seconds: float = 30,
        quotas: Quotas = Quotas(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Remember the database; `owner` names this process and no other, before or after it."""
        if not 0 < lease_seconds < LONGEST_LEASE:
            raise ValueError(f"a lease is between 0 and {LONGEST_LEASE:.0f} seconds")
        self._store = Store(database)
        self._finding = Finding(self._store)
        self.owner, self._lease, self._quotas, self._clock = owner, lease_seconds, quotas, clock

    def accept(self, incoming: Incoming) -> Accepted:
        """Let in a question once; when this returns, it is safe to acknowledge the delivery.

        A question that has no message of its own (a command, a click) needs a `ts` that no message
        has; its `event_id` tells deliveries of the same one apart from others. DUPLICATE is also
        what was deleted before it came.
        """
        return self.accept_all([incoming])[0]

    def accept_all(self, asked: Sequence[Incoming]) -> list[Accepted]:
        """Let in several questions in one transaction: all of them or, when it fails, none."""
        with self._store.read() as connection:  # without waiting for the lock
            known = [accepting.is_known(connection, incoming) for incoming in asked]
        if all(known):
            return [Accepted.DUPLICATE] * len(asked)
        with self._store.write() as connection:
            now = self._clock()
            return [accepting.accept(connection, one, self._quotas, now) for one in asked]

    def take(self) -> Claim | None:
        """Take the earliest written question that nobody works on, None where there is none.

        A `response_url` that Slack no longer honours is dropped.
        """
        now = self._clock()
        query = select(questions).where(free(now)).order_by(questions.c.moment, questions.c.pk)
        with self._store.read() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return None
        with self._store.write() as connection:
            row = connection.execute(query.limit(1)).first()
            if row is None:
                return None
            values: dict[str, Any] = {
                "owner": self.owner, "lease_until": now + self._lease,
                "attempts": row.attempts + 1,
            }  # fmt: skip
            if row.accepted_at < now - erasing.RESPONSE_URL_SECONDS:
                values["response_url"] = None
            here = questions.c.pk == row.pk
            connection.execute(update(questions).where(here).values(**values))
            return claim_of(connection.execute(select(questions).where(here)).first())

    def renew(self, claim: Claim) -> bool:
        """Keep the lease; to be called at least three times within it, and before each post."""
        return self._change(claim, lease_until=self._clock() + self._lease)

    def recorded(
        self, claim: Claim, answer_id: str, text: str, blocks_json: str, *, alone: bool = False
    ) -> bool:
        """Note what will be posted, before it is; `alone`: to the asker, whatever was asked for."""
        private = {"private": True} if alone else {}
        return self._change(
            claim, answer_id=answer_id, answer_text=storable(text),
            answer_blocks=storable(blocks_json), **private,
        )  # fmt: skip

    def begun(self, claim: Claim, message_ts: str) -> bool:
        """Note the message as which the answer appears, while it grows."""
        return self._change(claim, message_ts=message_ts)

    def finished(
        self, claim: Claim, outcome: Outcome, message_ts: str | None, reason: str | None = None,
        posted: Sequence[Noted] = (),
    ) -> bool:  # fmt: skip
        """End a question, and note what was posted for it, to be recorded.

        Secrets go, and of a person who was forgotten meanwhile all texts.
        """
        values: dict[str, Any] = {
            "outcome": outcome.value, "reason": reason, "finished_at": self._clock(),
            "response_url": None, "owner": None, "lease_until": None,
        }  # fmt: skip
        if message_ts is not None:
            values["message_ts"] = message_ts
        with self._store.write() as connection:
            ours = self._ours(claim)
            row = connection.execute(select(questions.c.text).where(ours)).first()
            if row is None:
                return False
            if outcome is Outcome.WITHDRAWN:
                values |= {"text": "", "edited": None}
            if outcome is Outcome.WITHDRAWN or row.text == "":
                values |= {"answer_text": None, "answer_blocks": None}
            connection.execute(update(questions).where(ours).values(**values))
            posts.note(
                connection, posted, claim.incoming, self.owner, self._clock(),
                forgotten=row.text == "",
            )  # fmt: skip
        return True

    def release(self, claim: Claim) -> bool:
        """Hand a question back, for any process to take at once."""
        return self._change(claim, owner=None, lease_until=None)

    def stop(self, team: str, channel: str, root: str) -> int:
        """End the questions of a thread that wait, at somebody's wish; return how many.

        Those that another process works on are marked, so that it shows nothing of them.
        """
        return changes.stop(self._store, (team, channel, root), self.owner, self._clock())

    def unwanted(self, claim: Claim) -> bool:
        """Tell whether a question was deleted or forgotten; to be asked before its answer appears.

        If so, and nothing of the answer stands in Slack, it is finished as withdrawn.
        """
        query = select(questions.c.unwanted).where(questions.c.pk == claim.pk)
        with self._store.read() as connection:
            return connection.execute(query).scalar() is not False

    def edited(
        self, team: str, channel: str, ts: str, text: str, *, user: str | None = None,
        edited_ts: str | None = None,
    ) -> Incoming | None:  # fmt: skip
        """Note a message's new text; return the question with it where it is to be offered again.

        That is where it is worked on or has ended; before that, the new text takes the place of
        the old, and None is returned.
        """
        message = changes.Message(team, channel, ts)
        change = changes.Edit(storable(text), user, moment(edited_ts) if edited_ts else None)
        with self._store.write() as connection:
            if not changes.edit(connection, message, change, self._clock()):
                return None
            claim = claim_of(connection.execute(select(questions).where(message.asked)).first())
        assert claim is not None
        return replace(claim.incoming, text=change.text)

    def deleted(self, team: str, channel: str, ts: str) -> None:
        """Note that a message is gone: unanswered it is withdrawn, answered it keeps its record."""
        with self._store.write() as connection:
            changes.remove(connection, changes.Message(team, channel, ts), self._clock())

    def waiting(self) -> int:
        """Return how many questions nobody works on yet."""
        return self.counts()["waiting"]

    def counts(self) -> dict[str, int]:
        """Return how many wait, are worked on ("working"), and ended with each outcome."""
        return self._finding.counts(self._clock())

    def place_in_line(self, incoming: Incoming) -> int:
        """Return the place of a waiting question from 1, and 0 of one that does not wait."""
        return self._finding.place_in_line(incoming, self._clock())

    def by_question(self, team: str, channel: str, ts: str) -> Claim | None:
        """Return the question that was asked with this message."""
        return self._finding.one(changes.Message(team, channel, ts).asked)

    def by_message(self, team: str, channel: str, message_ts: str) -> Claim | None:
        """Return the question that this message answers."""
        table = questions.c
        return self._finding.one(
            and_(table.team == team, table.channel == channel, table.message_ts == message_ts)
        )

    def by_answer(self, answer_id: str) -> Claim | None:
        """Return the question that has this answer."""
        return self._finding.one(questions.c.answer_id == answer_id)

    def recent(self, team: str, user: str, limit: int = 10) -> list[Claim]:
        """Return a person's questions that have an answer, the newest first."""
        return self._finding.recent(team, user, limit)

    def forget(self, team: str, user: str) -> list[str]:
        """Remove what a person typed, withdraw what is open, and return the ids of the answers."""
        return erasing.forget(self._store, team, user, self._clock())

    def prune(self, older_than_days: float) -> int:
        """Delete what ended so long ago, at least a day; return how many questions that were."""
        return erasing.prune(self._store, older_than_days, self._clock())

    def _change(self, claim: Claim, **values: Any) -> bool:
        with self._store.write() as connection:
            change = update(questions).where(self._ours(claim)).values(**values)
            return connection.execute(change).rowcount == 1

    def _ours(self, claim: Claim) -> ColumnElement[bool]:
        """The condition for a claim that is still ours; `attempts` tells two of ours apart."""
        table = questions.c
        return and_(
            table.pk == claim.pk, table.owner == self.owner, table.attempts == claim.attempts,
            table.outcome.is_(None),
        )  # fmt: skip
