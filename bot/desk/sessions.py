"""Sessions in a signed cookie, and the tokens that forms carry against forged requests.

Nothing is kept here: a cookie says who signed in and when, and the key says that we wrote it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

_HOUR = 3600  # seconds


@dataclass(frozen=True)
class Session:
    """One browser's session; `name` is None until somebody signs in."""

    id: str
    name: str | None = None

    @classmethod
    def fresh(cls, name: str | None = None) -> "Session":
        """Return a session that nobody had before."""
        return cls(secrets.token_urlsafe(18), name)


class Sessions:
    """Reads and writes sessions under one key."""

    def __init__(self, key: bytes, hours: int, *, secure: bool) -> None:
        """Remember the key, how long a session holds, and whether cookies ask for https."""
        self.seconds = hours * _HOUR
        self.secure = secure
        # Cookies know no ports: two desks on one machine must not take each other's away.
        mark = hashlib.sha256(b"name" + key).hexdigest()[:8]
        self.cookie = ("__Host-" if secure else "") + f"briefs_desk_{mark}"
        self._sessions = URLSafeTimedSerializer(key, salt="desk session")
        self._forms = URLSafeTimedSerializer(key, salt="desk form")

    def read(self, value: str | None) -> Session | None:
        """Return the session of a cookie, None where it is not ours or too old."""
        try:
            kept = self._sessions.loads(value or "", max_age=self.seconds)
            return Session(str(kept["id"]), kept["name"])
        except (BadData, KeyError, TypeError):
            return None

    def write(self, session: Session) -> str:
        """Return the cookie's value."""
        return str(self._sessions.dumps({"id": session.id, "name": session.name}))

    def form_token(self, session: Session, who: str | None) -> str:
        """Return what the forms of this session carry, for this person."""
        return str(self._forms.dumps([session.id, who]))

    def is_form_token(self, value: str, session: Session, who: str | None) -> bool:
        """Whether a form carries what we gave to this session for this person."""
        try:
            given = self._forms.loads(value, max_age=self.seconds)
        except BadData:
            return False
        if not isinstance(given, list) or len(given) != 2 or given[1] != who:
            return False
        return hmac.compare_digest(str(given[0]).encode(), session.id.encode())
