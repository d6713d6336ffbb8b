"""The same answers for programs: /api/ask, /api/search and /api/briefs, in JSON, with OpenAPI.

What comes out are the objects of `briefs ask --json`, `search --json`, `list --json` and
`show --json`. Whoever may see the pages may call these: with the session of a browser, as the proxy
names them, or with a sign-in token as `Authorization: Bearer TOKEN`. A question is recorded as one
that is asked in the browser is. Errors are {"error": "one line"}.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.answering.answer import Answer
from bot.answering.contract import answer_json, search_json
from bot.answering.search import search
from bot.ledger.record import program
from bot.ledger.recording import new_id
from bot.question.question import LONGEST_QUESTION, Turn
from bot.question.reading import require_askable
from bot.question.requests import filters_of, require_known, sound
from bot.web.asked_questions import FAILED, AskedQuestion
from bot.web.authentication import TokenLogin
from bot.web.server import API
from bot.web.settings import Role
from bot.web.visits import NotSignedIn, TooManyTries, Visit, anyone
from index.errors import UsageError
from index.passage import split_version
from index.vectors.snapshot import Filters
from ingest.listing import brief_lines, brief_object

MOST_TURNS = 20
MOST_HITS = 200
DESCRIPTION = (
    "Answers from an organisation's briefs, every sentence cited. Sign in with a token: "
    "Authorization: Bearer TOKEN; on a desk without a login no token is needed."
)

Turns = Annotated[list[str], Field(max_length=MOST_TURNS)]


class _Asked(BaseModel):
    """What both kinds of request may name; a misspelt name is refused."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(
        None, description="only briefs of this date or later: 2016-09-07, 2016-09"
    )
    until: str | None = Field(None, description="only briefs of this date or earlier")
    collection: list[str] = Field([], description="only these collections")
    brief: list[str] = Field([], description="only these briefs, by id or report number")
    conversation: Turns = Field([], description="earlier questions, the oldest first")

    @property
    def filters(self) -> Filters:
        return filters_of(self.since, self.until, self.collection, self.brief)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(Turn(sound(one)) for one in self.conversation)


class AskRequest(_Asked):
    """A question; `id` is echoed."""

    question: str = Field(max_length=LONGEST_QUESTION)
    id: str | int | None = None


class SearchRequest(_Asked):
    """A query; `id` is echoed."""

    query: str = Field(max_length=LONGEST_QUESTION)
    k: int = Field(10, ge=1, le=MOST_HITS, description="passages to return")
    id: str | int | None = None


class BriefsRequest(BaseModel):
    """Which briefs to list."""

    model_config = ConfigDict(extra="forbid")

    collection: str | None = Field(None, description="only this collection")
    all: bool = Field(False, description="removed briefs too")


class BriefReply(BaseModel):
    """The brief that a hit or a citation is from."""

    id: str
    title: str
    date: str | None
    author: str | None
    source: str
    collection: str
    version: int
    number: str | None
    source_url: str | None


class HitReply(BaseModel):
    """A passage; `text` is the brief's own from `start` to `end`."""

    rank: int
    score: float
    cosine: float
    bm25: float
    passage_id: str
    text: str
    start: int
    end: int
    brief: BriefReply
    page: int | None
    heading: list[str]
    paragraph: int
    also_in: list[str]


class SearchReply(BaseModel):
    """What was found for a query."""

    id: str | int | None
    query: str
    standalone_question: str
    hits: list[HitReply]


class CitationReply(BaseModel):
    """A quotation; `quote` is the brief's own text from `start` to `end`."""

    number: int
    passage_id: str
    quote: str
    start: int
    end: int
    page: int | None
    heading: list[str]
    paragraph: int
    brief: BriefReply


class SentenceReply(BaseModel):
    """A sentence with the numbers of its citations and the verdict of its check."""

    text: str
    citations: list[int]
    verdict: Literal["supported", "check", "unsupported"]


class AnswerReply(BaseModel):
    """An answer; `nearest` has passages where it is unsure or declined."""

    id: str | int | None
    question: str
    standalone_question: str
    kind: str
    outcome: Literal["answered", "unsure", "declined"]
    answered: bool
    message: str
    sentences: list[SentenceReply]
    citations: list[CitationReply]
    nearest: list[HitReply]
    answer_id: str
    mode: str
    model: str | None
    notes: list[str]
    seconds: float


class ListReply(BaseModel):
    """The briefs, newest first, each as `briefs list --json` gives it."""

    briefs: list[dict[str, Any]]


class ErrorReply(BaseModel):
    """What went wrong, in one line."""

    error: str


def _replies(model: type[BaseModel] | None = None) -> dict[int | str, dict[str, Any]]:
    found: dict[int | str, dict[str, Any]] = {200: {"model": model}} if model else {}
    found |= {status: {"model": ErrorReply} for status in (400, 401, 403, 404, 429, 500, 503)}
    return found


async def _caller(request: Request) -> Visit:
    """Return the visit of somebody who may read: by token, else as on the pages.

    Raises NotSignedIn, TooManyTries, and UsageError for what a form of another site could send.
    """
    if request.method == "POST":
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UsageError("content-type: not application/json; send a JSON object as such")
    visit = await anyone(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    login = visit.services.authentication
    if scheme.lower() == "bearer" and isinstance(login, TokenLogin):
        failed = visit.services.failed_logins
        if wait := failed.wait(visit.address):
            raise TooManyTries(wait)
        person = login.owner(token.strip())
        if person is None:
            failed.failed(visit.address)
            raise NotSignedIn
        failed.passed(visit.address)
        visit = replace(visit, person=person)
    return visit.require(Role.READER)


Calling = Annotated[Visit, Depends(_caller)]
router = APIRouter(prefix=API.rstrip("/"))


@router.get("/ask", responses=_replies(AnswerReply), summary="Answer a question")
async def ask(visit: Calling, asked: Annotated[AskRequest, Query()]) -> JSONResponse:
    """Answer a question from the briefs, with every sentence cited."""
    return await _answered(visit, asked)


@router.post("/ask", responses=_replies(AnswerReply), summary="Answer a question")
async def ask_posted(visit: Calling, asked: Annotated[AskRequest, Body()]) -> JSONResponse:
    """Answer a question from the briefs, with every sentence cited."""
    return await _answered(visit, asked)


@router.get("/search", responses=_replies(SearchReply), summary="Find passages")
def find(visit: Calling, asked: Annotated[SearchRequest, Query()]) -> JSONResponse:
    """Find the passages nearest to a query."""
    return _found(visit, asked)


@router.post("/search", responses=_replies(SearchReply), summary="Find passages")
def find_posted(visit: Calling, asked: Annotated[SearchRequest, Body()]) -> JSONResponse:
    """Find the passages nearest to a query."""
    return _found(visit, asked)


@router.get("/briefs", responses=_replies(ListReply), summary="List the briefs")
def list_briefs(visit: Calling, asked: Annotated[BriefsRequest, Query()]) -> JSONResponse:
    """List the briefs, newest first."""
    return _listed(visit, asked)


@router.post("/briefs", responses=_replies(ListReply), summary="List the briefs")
def list_briefs_posted(visit: Calling, asked: Annotated[BriefsRequest, Body()]) -> JSONResponse:
    """List the briefs, newest first."""
    return _listed(visit, asked)


@router.get("/briefs/{brief_id:path}", responses=_replies(), summary="Show a brief")
def show(visit: Calling, brief_id: str) -> JSONResponse:
    """Show one brief with its text and its passages; ID@2 names its second version."""
    return JSONResponse(brief_object(visit.services.library, *split_version(brief_id)))


@router.get("/openapi.json", include_in_schema=False)
def openapi(visit: Calling) -> JSONResponse:
    """Return this description, in the form of OpenAPI 3.1."""
    del visit
    described = get_openapi(
        title="Brief Bot", version=program(), description=DESCRIPTION, routes=router.routes
    )
    described.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"}
    }
    described["security"] = [{"token": []}, {}]
    return JSONResponse(described)


async def _answered(visit: Visit, asked: AskRequest) -> JSONResponse:
    begun, got = await asyncio.to_thread(_begin, visit, asked)
    await asyncio.wait([asyncio.wrap_future(begun.done)])
    if not got:
        line = begun.fault
        return JSONResponse({"error": line.rstrip(".")}, 500 if line == FAILED else 400)
    return JSONResponse(answer_json(got[0], asked.id))


def _begin(visit: Visit, asked: AskRequest) -> tuple[AskedQuestion, list[Answer]]:
    """Begin to answer; the list has the answer once it is done, and stays empty if it fails."""
    services, question, filters = visit.services, sound(asked.question).strip(), asked.filters
    require_askable(question)
    require_known(services.library, filters)
    got: list[Answer] = []
    begun = services.asked.begin(
        AskedQuestion(new_id(), question, visit.who.name, asked.turns, filters, got.append)
    )
    return begun, got


def _found(visit: Visit, asked: SearchRequest) -> JSONResponse:
    library, query, filters = visit.services.library, sound(asked.query), asked.filters
    if not query.strip():
        raise UsageError("query: empty; say what to look for")
    require_known(library, filters)
    understood, found = search(library, query, asked.turns, filters, asked.k)
    return JSONResponse(search_json(query, understood, found.hits, asked.id))


def _listed(visit: Visit, asked: BriefsRequest) -> JSONResponse:
    library = visit.services.library
    if asked.collection is not None:
        library.require_collection(asked.collection, "collection")
    lines = brief_lines(library, asked.collection, everything=asked.all)
    return JSONResponse({"briefs": lines})


def fault_line(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return in one line what is wrong with a request, of what its validation found."""
    lines = []
    for one in errors:
        name = ".".join(str(part) for part in one["loc"][1:]) or "request"
        lines.append(f"{name}: {str(one['msg'])[:1].lower()}{str(one['msg'])[1:]}")
    return "; ".join(dict.fromkeys(lines)) + "; see /api/openapi.json"
