"""Fetch a file added in Slack: a file's id in, its bytes and a safe name out.

What an event says of a file is not relied on: it is asked for again. The token goes to Slack's own
host for files alone, and to no other that it redirects to. Sizes are counted, not believed. A page
to sign in, which Slack sends with status 200 to a token without the scope, is told by its content.
"""

import asyncio
import logging
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access.facts import error_code
from bot.slack.delivery.calls import SILENT
from bot.slack.setup.settings import SlackSettings
from index.addresses import is_loopback
from index.errors import ReadError
from ingest.readers import SUPPORTED_SUFFIXES

log = logging.getLogger(__name__)

FILES_HOST = "files.slack.com"
SECONDS = 120.0  # for one file, all in all
CALL_SECONDS = 15.0
REDIRECTS = 3
LONGEST_NAME = 100  # characters of a name on our disk
_PIECE = 1 << 16
_HTML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
_SIGN_IN = re.compile(rb"<title>[^<]{0,80}\b(?:sign in|log ?in)\b", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w .()+,=@-]")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")  # of Windows


@dataclass(frozen=True)
class DownloadedFile:
    """A file as it came. `name` is fit for a file of ours."""

    id: str
    name: str
    data: bytes = field(repr=False)
    page: str | None = None  # where people find it in Slack


async def fetch(settings: SlackSettings, file_id: str, limit: int) -> DownloadedFile:
    """Return a file of at most `limit` bytes; raise ReadError with the reason."""
    told = await _facts(settings, file_id)
    name = safe_name(str(told.get("name") or ""), str(told.get("filetype") or ""))
    address = _address(settings, told, limit)
    try:
        async with asyncio.timeout(SECONDS):
            data = await _downloaded(settings, address, limit)
    except TimeoutError:
        raise ReadError("Slack did not hand it over in time; try again later") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        log.warning("a file could not be fetched: %s", type(error).__name__)
        raise ReadError("it could not be fetched from Slack; try again later") from None
    if _is_other_page(data, name, told.get("size")):
        log.error("Slack sent a web page in place of a file: does the app have files:read?")
        raise ReadError("Slack sent a web page in its place; an admin has to check the app's scope")
    page = told.get("permalink")
    return DownloadedFile(file_id, name, data, page if isinstance(page, str) else None)


def safe_name(name: str, kind: str = "") -> str:
    """Return a name for a file of ours: no folders, nothing hidden, nothing special, not long."""
    plain = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    stem, _, suffix = plain.rpartition(".")
    if suffix.lower() not in SUPPORTED_SUFFIXES:
        stem, suffix = plain, re.sub(r"\W", "", kind.lower())[:10]
    stem = _UNSAFE.sub("_", stem).strip(" ._-")
    stem = stem.encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .") or "file"
    stem = f"_{stem}" if _RESERVED.match(stem) else stem
    return f"{stem}.{suffix}" if suffix else stem


async def _facts(settings: SlackSettings, file_id: str) -> Mapping[str, Any]:
    client = AsyncWebClient(
        token=settings.bot_token.get_secret_value(), base_url=settings.api_url,
        logger=SILENT, retry_handlers=[],
    )  # fmt: skip
    try:
        async with asyncio.timeout(CALL_SECONDS):
            response = await client.files_info(file=file_id)
    except SlackApiError as error:
        raise ReadError(f"Slack does not tell about it ({error_code(error.response)})") from None
    except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("files.info: %s", type(error).__name__)
        raise ReadError("Slack could not be asked about it; try again later") from None
    told = response.get("file")
    if not isinstance(told, dict) or told.get("id") != file_id:
        raise ReadError("Slack does not tell about it")
    return told


def _address(settings: SlackSettings, told: Mapping[str, Any], limit: int) -> str:
    """Return where a file is to be had, once all that is known of it is in order."""
    suffix = PurePosixPath(str(told.get("name") or "")).suffix.lower().removeprefix(".")
    size = told.get("size")
    if told.get("mode") in {"tombstone", "hidden_by_limit"}:
        raise ReadError("it is no longer there")
    if told.get("is_external") or told.get("mode") == "external":
        raise ReadError("it lies outside Slack; download it and hand over the file itself")
    if told.get("file_access", "visible") != "visible":
        raise ReadError("Slack does not let the bot see it")
    if not {suffix, str(told.get("filetype") or "").lower()} & SUPPORTED_SUFFIXES:
        kinds = ", ".join(sorted(SUPPORTED_SUFFIXES))
        raise ReadError(f"it is of no kind that can be read; those are {kinds}")
    if isinstance(size, int) and size > limit:
        raise ReadError(_too_large(limit))
    address = str(told.get("url_private_download") or told.get("url_private") or "")
    if not _may_be_sent_the_token(settings, address):
        raise ReadError("it does not lie where Slack keeps files")
    return address


def _may_be_sent_the_token(settings: SlackSettings, address: str) -> bool:
    """Return whether an address is Slack's for files, or that of a Slack on this machine."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    if parts.scheme == "https" and host == FILES_HOST and port in (None, 443):
        return True
    ours = urlsplit(settings.api_url)
    same = (parts.scheme, host, port) == (ours.scheme, ours.hostname, ours.port)
    return same and is_loopback(host)


async def _downloaded(settings: SlackSettings, address: str, limit: int) -> bytes:
    token = settings.bot_token.get_secret_value()
    local = is_loopback(urlsplit(address).hostname or "")
    proxy = None if local else load_http_proxy_from_env(SILENT)
    async with aiohttp.ClientSession() as session:
        for _ in range(REDIRECTS + 1):
            async with session.get(
                address, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False,
                proxy=proxy,
            ) as response:  # fmt: skip
                if response.status in {301, 302, 303, 307, 308}:
                    address = urljoin(address, response.headers.get("Location", ""))
                    if not _may_be_sent_the_token(settings, address):
                        raise ReadError("Slack sends us elsewhere for it, where no token may go")
                    continue
                if response.status != 200:
                    raise ReadError(f"Slack does not hand it over (HTTP {response.status})")
                return await _body(response, limit)
    raise ReadError("Slack sends us from one place to the next for it")


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        data += piece
        if len(data) > limit:
            raise ReadError(_too_large(limit))
    return bytes(data)


def _too_large(limit: int) -> str:
    return f"it is larger than {limit >> 20} MB, which is the limit; split it"


def _is_other_page(data: bytes, name: str, size: object) -> bool:
    """Return whether a web page came that is not the file."""
    head = data[:4096]
    if not _HTML.match(head):
        return False
    named_so = name.lower().endswith((".html", ".htm", ".xhtml"))
    return not named_so or len(data) != size or bool(_SIGN_IN.search(head) and b"slack" in head)
