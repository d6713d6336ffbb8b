"""The files beside the pages: style, script, icon. Read once; nothing else can be asked for."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

router = APIRouter()

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES = {
    path.name: (path.read_bytes(), _KINDS[path.suffix])
    for path in sorted((Path(__file__).parent.parent / "static").iterdir())
    if path.suffix in _KINDS
}
STAMP = hashlib.sha256(b"".join(content for content, _ in _FILES.values())).hexdigest()[:12]


@router.get("/static/{name}")
async def file(name: str) -> Response:
    """Return a file; pages name it with a stamp, so that it may be kept for good."""
    if name not in _FILES:
        raise HTTPException(404)
    content, kind = _FILES[name]
    return Response(content, headers={"cache-control": "max-age=31536000, immutable"},
                    media_type=kind)  # fmt: skip
