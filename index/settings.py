"""Read the settings once: `BRIEFS_*` environment, then .env, then briefs.toml, then defaults.

The only module that looks at the environment. A faulty setting is named; secrets are never printed,
and a file that holds one is refused while others on the machine may read it.
"""

import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError
from index.models.model_files import DEFAULT_MODEL

CONFIG_FILE = "briefs.toml"  # looked for in the working folder
SECRETS_FILE = ".env"  # likewise; lines NAME=VALUE, outweighed by the environment

_SAID = {  # what is wrong with a value in a table, by the type of pydantic's error
    "extra_forbidden": "no such setting",
    "string_type": "write text between quotation marks",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
}


def default_home() -> Path:
    """Return the folder used when BRIEFS_HOME is not set: `brief-bot` in the user's data folder."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "brief-bot"


def default_model_cache() -> Path:
    """Return the folder used when BRIEFS_MODEL_CACHE is not set, in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "brief-bot" / "models"


class Settings(BaseSettings):
    """All settings that more than one command uses; each is `BRIEFS_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="BRIEFS_", toml_file=CONFIG_FILE, env_file=SECRETS_FILE,
        extra="ignore", env_ignore_empty=True,
    )  # fmt: skip

    home: Path = Field(default_factory=default_home, description="the library's folder")
    embedding_model: str = Field(
        DEFAULT_MODEL, description="sentence-transformers model: name or folder"
    )
    embedding_query_prompt: str | None = Field(
        None, description="what stands before a question for the embedding model; else its own"
    )
    embedding_passage_prompt: str | None = Field(
        None, description="what stands before a passage for the embedding model; else its own"
    )
    embedding_device: str = Field(
        "cpu",
        pattern=r"^(cpu|mps|cuda(:\d+)?|xpu(:\d+)?)$",
        description="where the embedding model runs: cpu, cuda, cuda:1, mps or xpu",
    )
    model_cache: Path | None = Field(
        None, description="folder of converted models, shared by all libraries of a user"
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
    suggestions: bool = Field(True, description="suggest up to three questions to ask next")
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
        """Order the sources: arguments, environment, .env, briefs.toml."""
        del file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, toml


def load(**overrides: Any) -> Settings:
    """Return the settings; raise SettingsError naming each faulty one, without its value."""
    _dotenv()
    _config()
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults = "; ".join(
            f"BRIEFS_{'.'.join(map(str, fault['loc'])).upper()}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"{faults}; correct it in the environment or {CONFIG_FILE}") from None
    home = settings.home.expanduser().absolute()
    if home.exists() and not home.is_dir():
        raise SettingsError(f"BRIEFS_HOME={home}: not a folder; name a folder or a new path")
    return settings.model_copy(update={"home": home})


def variables(*names: str) -> dict[str, str]:
    """Return those of these variables that are set and not empty: the environment, then .env."""
    values = {name: os.environ.get(name) or _dotenv().get(name) for name in names}
    return {name: value for name, value in values.items() if value}


def table(name: str) -> dict[str, Any]:
    """Return a table of briefs.toml, {} where there is none."""
    found = _config().get(name, {})
    if not isinstance(found, dict):
        raise SettingsError(f"{CONFIG_FILE}: {name} is not a table; write [{name}]")
    return found


def table_faults(error: ValidationError, name: str, words: dict[str, str]) -> list[str]:
    """Return what is wrong with a table of briefs.toml, a line each and never a value.

    `words` say what to write instead, by the type of pydantic's error.
    """
    said = _SAID | words
    return [
        ".".join([name, *map(_shown, fault["loc"])])
        + f": {said.get(fault['type'], fault['msg'].removeprefix('Value error, '))}"
        + f"; correct it in {CONFIG_FILE}"
        for fault in error.errors(include_url=False)
    ]


def _shown(part: object) -> str:
    text = str(part)
    return "".join(filter(str.isprintable, text)) if len(text) <= 60 else "..."


def _dotenv() -> dict[str, str | None]:
    path = Path(SECRETS_FILE)
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # only for those who have such a file

    try:
        with path.open(encoding="utf-8") as stream:
            lines = list(parse_stream(stream))
    except (OSError, ValueError) as error:
        raise SettingsError(_unreadable(path, error)) from error
    for line in lines:
        if line.error:
            raise SettingsError(f"{path}: line {line.original.line} is no NAME=VALUE; correct it")
    values = {line.key: line.value for line in lines if line.key}
    _keep_private(path, values)
    return values


def _config() -> dict[str, Any]:
    path = Path(CONFIG_FILE)
    if not path.is_file():
        return {}
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(_unreadable(path, error)) from error
    _keep_private(path, {f"BRIEFS_{key.upper()}": value for key, value in values.items()})
    return values


def _unreadable(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"{path}: cannot be read ({error.strerror}); fix its permissions"
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8"
    return f"{path}: {error}; correct the line named"


def _keep_private(path: Path, values: dict[str, Any]) -> None:
    """Refuse a file that holds a secret and that everyone on the machine may read or write."""
    others = path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)
    secret = next((name for name, value in values.items() if _is_secret(name, value)), None)
    if secret and others and os.name == "posix":
        raise SettingsError(
            f"{path}: holds {secret} and everyone on this machine may read it; "
            f"run: chmod 600 {path}"
        )


def _is_secret(name: str, value: Any) -> bool:
    if not value or not name.startswith(("BRIEFS_", "SLACK_")):
        return False
    if name == "BRIEFS_DATABASE_URL":
        try:
            return urlsplit(str(value)).password is not None
        except ValueError:
            return True
    return name.endswith(("_KEY", "_TOKEN", "_TOKENS", "_SECRET"))
