"""The audit's settings: the [audit] table of briefs.toml.

    [audit]
    anchor = "/mnt/other/briefs.anchors"   # the ledger's head is written there every hour
    keep_questions_days = 400              # older questions are forgotten, by a running bot too
    tell_askers = true                     # in Slack, when a brief behind their answer changes

All faults are named in one line.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import SettingsError
from index.settings import CONFIG_FILE, table

_WORDS = {
    "extra_forbidden": "no such setting",
    "string_type": "write text between quotation marks",
    "string_too_short": "names no file",
    "int_type": "write a whole number",
    "greater_than_equal": "write at least 1",
    "bool_type": "write true or false",
}


class AuditSettings(BaseModel):
    """All settings of the audit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    anchor: str | None = Field(None, min_length=1)
    keep_questions_days: int | None = Field(None, ge=1)
    tell_askers: bool = False

    @property
    def anchor_file(self) -> Path | None:
        """Where the head is kept; a relative name counts from the working folder."""
        return Path(self.anchor).expanduser().absolute() if self.anchor else None


def load() -> AuditSettings:
    """Return the settings; raise SettingsError naming each fault."""
    try:
        return AuditSettings(**table("audit"))
    except ValidationError as error:
        lines = map(_line, error.errors(include_url=False))
        raise SettingsError("; ".join(dict.fromkeys(lines))) from None


def _line(fault: Any) -> str:
    name = "".join(filter(str.isprintable, ".".join(map(str, fault["loc"]))))[:60]
    words = _WORDS.get(fault["type"], fault["msg"])
    return f"audit.{name}: {words}; correct it in {CONFIG_FILE}"
