"""Keep what `/briefs settings` sets for a channel: settings in, the same settings out.

Whether someone may set them, and whether collections of these names exist, is not known here.
"""

import json

from sqlalchemy import select

from bot.slack.delivery.tables import Store, channel_settings, storable
from bot.slack.types import Answering, ChannelSettings
from index.storage.database import Database


class ChannelPreferences:
    """The settings of the channels."""

    def __init__(self, database: Database) -> None:
        self._store = Store(database)

    def get(self, team: str, channel: str) -> ChannelSettings:
        """Return a channel's settings, the defaults where nobody has set any."""
        query = select(channel_settings).filter_by(team=team, channel=channel)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return ChannelSettings()
        names = tuple(str(name) for name in json.loads(row.collections))
        return ChannelSettings(names, Answering(row.answering), row.unasked)

    def put(self, team: str, channel: str, settings: ChannelSettings) -> None:
        key = {"team": team, "channel": channel}
        with self._store.write() as connection:
            connection.execute(channel_settings.delete().filter_by(**key))
            connection.execute(
                channel_settings.insert().values(
                    **key,
                    collections=json.dumps([storable(name) for name in settings.collections]),
                    answering=settings.answering.value,
                    unasked=settings.unasked,
                )
            )
