"""Write a value as its one JSON text, and hash such texts as the ledger does. No I/O."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, NFC, numbers as Python writes.

    After RFC 8785, which differs in how it writes some floats. What no database text can hold
    (lone surrogates, NUL) becomes U+FFFD.
    """
    return json.dumps(
        _clean(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def chain_hash(seq: int, prev_hash: str, body: str) -> str:
    """Return the SHA-256 over sequence number, previous hash and canonical body."""
    return hashlib.sha256(f"{seq}\n{prev_hash}\n{body}".encode()).hexdigest()


def private_hash(salt: str, body: str) -> str:
    """Return the SHA-256 over salt and canonical private body."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def _clean(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", value))
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
