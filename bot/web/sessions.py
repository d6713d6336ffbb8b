"""Sessions in a signed cookie, tokens against forged forms, and the wait after wrong logins.

A cookie says who signed in and when, and its signature that we wrote it. Sessions that were ended
by signing out are on record until they would have expired: copies of their cookies are worth
nothing.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Column, Double, String, Table, delete, insert, select

from index.storage.database import Database, metadata

FREE = 3  # wrong tokens without a wait
LONGEST_WAIT = 60.0  # seconds
FORGOTTEN = 900.0  # seconds after the last wrong token
MOST = 1_000  # addresses remembered


ended_sessions = Table(
    "desk_ended_sessions",
    metadata,
    Column("mark", String(64), primary_key=True),  # SHA-256 of the session's id
    Column("until", Double, nullable=False),  # when it has expired anyway; seconds since 1970
)


@dataclass(frozen=True)
class WebSession:
    """One browser's session; `name` is None until somebody signs in."""

    id: str
    name: str | None = None

    @classmethod
    def fresh(cls, name: str | None = None) -> "WebSession":
        return cls(secrets.token_urlsafe(18), name)


class WebSessions:
    """Reads and writes sessions under one key; `secure` cookies are sent over https only."""

    def __init__(self, key: bytes, hours: int, *, secure: bool) -> None:
        self.seconds = hours * 3600
        self.secure = secure
        # Cookies know no ports: two desks on one machine must not overwrite each other's.
        mark = hashlib.sha256(b"name" + key).hexdigest()[:8]
        self.cookie = ("__Host-" if secure else "") + f"briefs_desk_{mark}"
        self._sessions = URLSafeTimedSerializer(key, salt="desk session")
        self._forms = URLSafeTimedSerializer(key, salt="desk form")

    def read(self, value: str | None) -> WebSession | None:
        """Return the session of a cookie, None if it is not ours or has expired."""
        try:
            kept = self._sessions.loads(value or "", max_age=self.seconds)
            return WebSession(str(kept["id"]), kept["name"])
        except (BadData, KeyError, TypeError):
            return None

    def write(self, session: WebSession) -> str:
        return str(self._sessions.dumps({"id": session.id, "name": session.name}))

    def form_token(self, session: WebSession, who: str | None) -> str:
        """Return the token that the forms of this session and person carry."""
        return str(self._forms.dumps([session.id, who]))

    def is_form_token(self, value: str, session: WebSession, who: str | None) -> bool:
        """Whether a form's token was made for this session and person."""
        try:
            given = self._forms.loads(value, max_age=self.seconds)
        except BadData:
            return False
        if not isinstance(given, list) or len(given) != 2 or given[1] != who:
            return False
        return hmac.compare_digest(str(given[0]).encode(), session.id.encode())


class EndedSessions:
    """The sessions that somebody signed out of, for all processes of a library."""

    def __init__(
        self, database: Database, seconds: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._seconds, self._clock = database, seconds, clock
        with database.write() as connection:
            metadata.create_all(connection, tables=[ended_sessions])

    def end(self, session: WebSession) -> None:
        """Remember a session as ended, and drop those that have expired by now."""
        now, mark = self._clock(), _mark(session)
        table = ended_sessions
        with self._database.write() as connection:
            connection.execute(delete(table).where((table.c.until < now) | (table.c.mark == mark)))
            connection.execute(insert(table).values(mark=mark, until=now + self._seconds))

    def has(self, session: WebSession) -> bool:
        query = select(ended_sessions.c.mark).where(ended_sessions.c.mark == _mark(session))
        with self._database.read() as connection:
            return connection.execute(query).first() is not None


def _mark(session: WebSession) -> str:
    return hashlib.sha256(session.id.encode()).hexdigest()


class FailedLogins:
    """Slows down guessing: each wrong token from an address makes the next wait longer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()  # count, time of the last
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """Return for how many more seconds an address may not try."""
        with self._lock:
            count, last = self._failed.get(address, (0, 0.0))
            pause = min(LONGEST_WAIT, 2.0 ** (count - FREE)) if count >= FREE else 0.0
            return max(0.0, last + pause - self._clock())

    def failed(self, address: str) -> None:
        with self._lock:
            now = self._clock()
            count, last = self._failed.pop(address, (0, now))
            self._failed[address] = (1 if now - last > FORGOTTEN else count + 1, now)
            while len(self._failed) > MOST:
                self._failed.popitem(last=False)

    def passed(self, address: str) -> None:
        with self._lock:
            self._failed.pop(address, None)
