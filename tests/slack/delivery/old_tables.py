"""The Slack tables as versions before the one queue made them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_ID = String(64)


def _ids(*names: str) -> list[Column[str]]:
    return [Column(name, _ID, primary_key=True) for name in names]


questions = Table(
    "slack_questions", metadata,
    Column("pk", Integer, primary_key=True),
    *[Column(name, _ID, nullable=False) for name in ("team", "channel", "ts", "root", "user")],
    Column("moment", BigInteger, nullable=False), Column("thread_ts", _ID),
    Column("text", Text, nullable=False), Column("edited", Text),
    Column("edited_moment", BigInteger), Column("kind", String(16), nullable=False),
    Column("private", Boolean, nullable=False), Column("zone", _ID), Column("response_url", Text),
    Column("accepted_at", Double, nullable=False), Column("owner", String(200)),
    Column("lease_until", Double), Column("attempts", Integer, nullable=False),
    Column("answer_id", _ID), Column("answer_text", Text), Column("answer_blocks", Text),
    Column("message_ts", _ID), Column("unwanted", Boolean, nullable=False),
    Column("outcome", String(16)), Column("reason", Text), Column("finished_at", Double),
    UniqueConstraint("team", "channel", "ts"),
    Index("slack_questions_open", "outcome", "moment"),
    sqlite_autoincrement=True,
)  # fmt: skip
shares = Table(
    "slack_shares", metadata, *_ids("answer_id", "team", "channel"),
    Column("user", _ID, nullable=False), Column("message_ts", _ID),
    Column("shared_at", Double, nullable=False),
)  # fmt: skip
told_corrections = Table(
    "slack_told_corrections", metadata, *_ids("answer_id", "brief_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("notice", _ID, nullable=False, index=True),
    Column("begun_at", Double, nullable=False), Column("done", Boolean, nullable=False),
)  # fmt: skip
unrecorded_posts = Table(
    "slack_unrecorded_posts", metadata, Column("pk", Integer, primary_key=True),
    Column("answer_id", _ID, nullable=False, index=True), Column("team", _ID, nullable=False),
    Column("user", _ID, nullable=False), Column("body", Text, nullable=False),
    Column("private", Text), Column("owner", String(200)), Column("owned_until", Double),
    sqlite_autoincrement=True,
)  # fmt: skip
parcels = Table(
    "slack_parcels", metadata, *_ids("team", "channel", "ts"),
    Column("user", _ID, nullable=False), Column("parcel", Text),
    Column("attempts", Integer, nullable=False), Column("owner", String(200)),
    Column("owned_until", Double), Column("handed_at", Double, nullable=False),
)  # fmt: skip
unused = Table("slack_feedback", metadata, Column("pk", Integer, primary_key=True))
