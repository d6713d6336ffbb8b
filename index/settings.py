"""Read the settings once: `BRIEFS_*` environment, then .env, then briefs.toml, then defaults.

The only module that looks at the environment. A faulty setting is named; secrets are never printed,
and a file that holds one is refused while others on the machine may read it. A file that others can
write is refused until its user trusts it (index/trust.py).
"""

import io
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from index.addresses import is_loopback, without_secrets
from index.errors import SettingsError
from index.models.model_files import DEFAULT_MODEL
from index.storage.private import in_place_of_file
from index.trust import refuse_stranger, trust

if TYPE_CHECKING:
    from dotenv.parser import Binding

CONFIG_FILE = "briefs.toml"  # looked for in the working folder
SECRETS_FILE = ".env"  # likewise; lines NAME=VALUE, outweighed by the environment

_OURS = ("BRIEFS_", "SLACK_")  # how our variables begin

_SAID = {  # what is wrong with a value in a table, by the type of pydantic's error
    "extra_forbidden": "no such setting",
    "string_type": "write text between quotation marks",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
}

# What anybody may set: it sends nothing anywhere, and reads and writes nothing else.
_HARMLESS = frozenset({
    "chat_seconds", "chat_max_tokens", "chat_input_tokens", "chat_calls_a_day", "suggestions",
    "timezone", "parse_seconds", "parse_megabytes", "max_file_megabytes", "fetch_seconds",
})  # fmt: skip


def default_home() -> Path:
    """Return the folder used when BRIEFS_HOME is not set: `brief-bot` in the user's data folder."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "brief-bot"


def config_folder() -> Path:
    """Return the user's config folder of this program: which files they trust is kept there."""
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "brief-bot"


def trust_file(path: Path) -> None:
    """Remember that the user trusts a settings file as it is now."""
    trust(path, config_folder())


def default_model_cache() -> Path:
    """Return the folder used when BRIEFS_MODEL_CACHE is not set, in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "brief-bot" / "models"


class Settings(BaseSettings):
    """All settings that more than one command uses; each is `BRIEFS_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="BRIEFS_", extra="ignore", env_ignore_empty=True)

    home: Path = Field(default_factory=default_home, description="the library's folder")
    embedding_model: str = Field(
        DEFAULT_MODEL, description="sentence-transformers model: name or folder"
    )
    rerank_model: str | None = Field(
        None,
        description="cross-encoder of sentence-transformers in place of ours: name or folder",
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
    chat_input_tokens: int = Field(6_000, ge=2_500, description="longest prompt, as we estimate it")
    second_opinion: str | None = Field(
        None, description="provider:model that judges each written sentence before it is shown"
    )
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
    chroma_without_token: bool = Field(
        False, description="use a Chroma server on another machine without a token"
    )
    parse_seconds: float = Field(60, gt=0, description="time allowed for reading one document")
    parse_megabytes: int = Field(
        2048, ge=256, description="memory allowed for reading one document"
    )
    max_file_megabytes: int = Field(100, ge=1, description="largest document that is read")
    fetch_seconds: float = Field(30, gt=0, description="time allowed for fetching one URL")
    internal_hosts: str = Field(
        "", description="hosts that URLs may be fetched from although their addresses are private"
    )

    @field_validator("chat_model", "second_opinion")
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
        del dotenv_settings, file_secret_settings  # files are read here, once they are trusted
        known = settings_cls.model_fields
        config = {name: value for name, value in _config().items() if name in known}
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, _from_dotenv(known)),
            InitSettingsSource(settings_cls, config),
        )


def models_folder(settings: Settings) -> Path:
    """Return the folder of converted models: the one that all libraries of the user share.

    A library's own `models` serves where there is one, of an earlier build, and where the shared
    folder cannot be written, as in a service without a home.
    """
    own = settings.home / "models"
    if settings.model_cache is None and own.is_dir():
        return own
    shared = (settings.model_cache or default_model_cache()).expanduser()
    with suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(shared, os.W_OK):
            return shared
    return own


def load(**overrides: Any) -> Settings:
    """Return the settings; raise SettingsError naming each faulty one, without its value."""
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
    _refuse_open_chroma(settings)
    return settings.model_copy(update={"home": home})


def _refuse_open_chroma(settings: Settings) -> None:
    """Refuse a server elsewhere that anybody could write to: it decides which passages are near."""
    url = settings.chroma_url
    if not url or settings.chroma_token or settings.chroma_without_token:
        return
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        host = None
    if host is None or not is_loopback(host):
        raise SettingsError(
            f"BRIEFS_CHROMA_URL: {host or 'its host'} is another machine, and without a token "
            "everyone who reaches that server can change what is found; set BRIEFS_CHROMA_TOKEN, "
            "or BRIEFS_CHROMA_WITHOUT_TOKEN=true if nobody else reaches it"
        )


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


def _stands(path: Path) -> bool:
    """Return whether a settings file is there; raise SettingsError for something in its place."""
    what = in_place_of_file(path)
    if what == "a folder" and path.name == SECRETS_FILE:
        return False  # some keep a virtual environment there
    if what:
        raise SettingsError(f"{path}: is {what}, not a file; move it away, or put a file there")
    return path.is_file()


def _dotenv() -> dict[str, str | None]:
    path = Path(SECRETS_FILE)
    if not _stands(path):
        return {}
    return {line.key: line.value for line in _dotenv_lines(path, _text(path)) if line.key}


def _from_dotenv(known: Collection[str]) -> dict[str, str]:
    """Return the settings of .env by their names, with ${NAME} in them filled in."""
    path = Path(SECRETS_FILE)
    if not _stands(path):
        return {}
    from dotenv import dotenv_values

    text = _text(path)
    _dotenv_lines(path, text)
    given = {
        name.upper().removeprefix("BRIEFS_").lower(): value
        for name, value in dotenv_values(stream=io.StringIO(text)).items()
        if name.upper().startswith("BRIEFS_")
    }
    return {name: value for name, value in given.items() if value and name in known}


def _dotenv_lines(path: Path, text: str) -> "list[Binding]":
    from dotenv.parser import parse_stream  # only for those who have such a file

    lines = list(parse_stream(io.StringIO(text)))
    for line in lines:
        if line.error:
            raise SettingsError(f"{path}: line {line.original.line} is no NAME=VALUE; correct it")
    values = {line.key: line.value for line in lines if line.key}
    _keep_private(path, values)
    _keep_own(path, text, [name for name in values if name.upper().startswith(_OURS)])
    return lines


def _config() -> dict[str, Any]:
    path = Path(CONFIG_FILE)
    if not _stands(path):
        return {}
    import tomllib

    text = _text(path)
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(_unreadable(path, error)) from error
    _keep_private(path, {f"BRIEFS_{key.upper()}": value for key, value in values.items()})
    tables = [name for name, value in values.items() if isinstance(value, dict)]
    _keep_own(path, text, [*tables, *Settings.model_fields.keys() & values])
    return values


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(_unreadable(path, error)) from error


def _keep_own(path: Path, text: str, names: Collection[str]) -> None:
    """Refuse a file of somebody else that sets more than limits."""
    harmful = {one for one in names if one.lower().removeprefix("briefs_") not in _HARMLESS}
    refuse_stranger(path, text.encode(), harmful, config_folder())


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
    if not value or not (name.startswith(_OURS) or name.endswith("_API_KEY")):
        return False
    if name == "BRIEFS_DATABASE_URL":
        return without_secrets(str(value)) != str(value)
    return name.endswith(("_KEY", "_TOKEN", "_TOKENS", "_SECRET"))
