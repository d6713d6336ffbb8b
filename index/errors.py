"""Every error that the index raises on purpose.

BriefsError                 one clear line: the thing, the reason, the fix
├── SettingsError           a setting is missing or wrong (exit code 2)
│   └── UntrustedFile       others can write a settings file that says where data goes
├── UsageError              the command was called with arguments that cannot work (exit code 2)
├── LibraryMissing          no library here yet (exit code 2)
├── DatabaseUnavailable     the database cannot be opened or does not answer (exit code 2)
│   └── ConnectionLost      its server ended the connection: the same may succeed on another one
│       └── Overtaken       meanwhile another ingest began: what was planned is not published
├── FingerprintMismatch     the vectors were made by another model or passage format (exit code 2)
├── EmbeddingError          the model is missing, changed or returns what is no vector
├── IndexDamaged            the vector index does not agree with the catalogue
├── NotFound                no brief or passage of that name
└── ReadError               a document cannot be read: `ingest/` raises it, the report lists it
"""


class BriefsError(Exception):
    """Base of all errors that we raise on purpose; `str()` of it is fit for a person."""


class SettingsError(BriefsError):
    """A setting is missing or wrong."""


class UntrustedFile(SettingsError):
    """A settings file of somebody else; `what` says so, `path` is what can be trusted."""

    def __init__(self, path: str, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")
        self.path, self.what = path, what


class UsageError(BriefsError):
    """The arguments given cannot work together or name nothing."""


class LibraryMissing(BriefsError):
    """There is no library in the folder that the settings name."""


class DatabaseUnavailable(BriefsError):
    """The database file is damaged or locked away, or the server does not answer."""


class ConnectionLost(DatabaseUnavailable):
    """The server ended the connection in the middle of a transaction, or is just starting."""


class Overtaken(ConnectionLost):
    """The ingest lock was lost with a connection, and another ingest has taken it."""


class FingerprintMismatch(BriefsError):
    """The stored vectors come from another model, another format or another pooling."""


class EmbeddingError(BriefsError):
    """The embedding model cannot be loaded, or gave no finite unit vector."""


class IndexDamaged(BriefsError):
    """The vector index and the catalogue disagree."""


class NotFound(BriefsError):
    """Nothing in the library bears that id."""


class ReadError(BriefsError):
    """A document cannot be read. The message leaves the document's name to the caller."""
