"""What was streamed must be what the record says."""

from pathlib import Path

from sqlalchemy import text

from bot.audit.streams import check
from bot.streamed import Stream
from index.storage.database import Database, sqlite_url


def test_rows_that_are_as_they_were_shown_are_sound(tmp_path: Path) -> None:
    """Others, fewer or none at all are a fault of the record."""
    database = Database(sqlite_url(tmp_path / "l.db"))
    assert check({"answer_id": "a", "streamed": None}, database) == []
    recorded = {"rows": 2, "sha256": "0" * 64}
    (found,) = check({"answer_id": "a", "streamed": recorded}, database)
    assert found.kind == "record"
    stream = Stream(database, "a")
    stream.begin({"hits": []}, {"question": "Why?"})
    stream.add({"sentence": "So."})
    body = {"answer_id": "a", "streamed": stream.digest}
    assert check(body, database) == []
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER answers_streamed_no_update"))
        connection.execute(text("UPDATE answers_streamed SET body = '{}' WHERE number = 1"))
    assert [one.kind for one in check(body, database)] == ["record"]
    database.close()
