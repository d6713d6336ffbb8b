"""Channel settings: what was put is what is got."""

from bot.slack.parts import ChannelPreferences
from bot.slack.types import Answering, ChannelSettings


def test_settings_are_kept_for_each_channel(database) -> None:
    """The last ones count; channels without have the defaults."""
    preferences = ChannelPreferences(database)
    assert preferences.get("T1", "C1") == ChannelSettings()
    first = ChannelSettings(("memos", "Größe, 'quoted'"), Answering.PRIVATE, unasked=True)
    preferences.put("T1", "C1", first)
    assert ChannelPreferences(database).get("T1", "C1") == first
    preferences.put("T1", "C1", ChannelSettings(("memos",)))
    assert preferences.get("T1", "C1") == ChannelSettings(("memos",))
    assert preferences.get("T1", "C2") == preferences.get("T2", "C1") == ChannelSettings()
