"""Read the settings once: `BRIEFS_*` environment, then briefs.toml, then defaults.

The only module that looks at the environment. A faulty setting is named; secrets are never printed.
"""

import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError
from index.model_files import DEFAULT_MODEL

CONFIG_FILE = "briefs.toml"  # looked for in the working folder

# Telemetry of the libraries we stand on, switched off before any of them is imported (promise 10).
_NO_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def default_home() -> Path:
    """Return the folder used when BRIEFS_HOME is not set: `brief-bot` in the user's data folder."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "brief-bot"


class Settings(BaseSettings):
    """All settings that more than one command uses; each is `BRIEFS_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="BRIEFS_", toml_file=CONFIG_FILE, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(default_factory=default_home, description="the library's folder")
    embedding_model: str = Field(
        DEFAULT_MODEL, description="sentence-transformers model: name or folder"
    )
    chat_model: str | None = Field(None, description="provider:model for written answers")
    chat_url: str | None = Field(
        None, pattern="^https?://", description="base URL of an OpenAI-compatible chat server"
    )
    chat_key: SecretStr | None = Field(
        None, description="key of the chat model; else the provider's own variable"
    )
    chat_seconds: float = Field(20, gt=0, le=600, description="time allowed for a written answer")
    chat_max_tokens: int = Field(1_000, ge=100, description="longest reply of the chat model")
    chat_input_tokens: int = Field(6_000, ge=1_000, description="longest prompt, as we estimate it")
    chat_calls_a_day: int = Field(
        5_000, ge=0, description="calls to the chat model in a day (UTC), all processes together"
    )
    timezone: str | None = Field(
        None, description="time zone of those who ask, such as Europe/Berlin; else the machine's"
    )
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL; an SQLite file in BRIEFS_HOME if not set"
    )
    chroma_url: str | None = Field(
        None, description="URL of a Chroma server; embedded Chroma if not set"
    )
    chroma_token: SecretStr | None = Field(None, description="bearer token for the Chroma server")
    parse_seconds: float = Field(60, gt=0, description="time allowed for reading one document")
    parse_megabytes: int = Field(
        2048, ge=256, description="memory allowed for reading one document"
    )
    max_file_megabytes: int = Field(100, ge=1, description="largest document that is read")
    fetch_seconds: float = Field(30, gt=0, description="time allowed for fetching one URL")

    @field_validator("chat_model")
    @classmethod
    def _names_a_provider(cls, value: str | None) -> str | None:
        if value is not None and not all(part.strip() for part in [*value.split(":", 1), ""][:2]):
            raise ValueError("write provider:model, such as openai:NAME or ollama:NAME")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ValueError, OSError, ZoneInfoNotFoundError) as error:
                raise ValueError("no such time zone; write one such as Europe/Berlin") from error
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, briefs.toml."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(**overrides: Any) -> Settings:
    """Return the settings; raise SettingsError naming each faulty one, without its value."""
    for name, value in _NO_TELEMETRY.items():
        os.environ.setdefault(name, value)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults = "; ".join(
            f"BRIEFS_{'.'.join(map(str, fault['loc'])).upper()}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"{faults}; correct it in the environment or {CONFIG_FILE}") from None
    except ValueError as error:  # a briefs.toml that is not TOML
        raise SettingsError(f"{CONFIG_FILE}: {error}; correct the line named") from error
    home = settings.home.expanduser().absolute()
    if home.exists() and not home.is_dir():
        raise SettingsError(f"BRIEFS_HOME={home}: not a folder; name a folder or a new path")
    return settings.model_copy(update={"home": home})
