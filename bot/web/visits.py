"""One request to the desk: who sent it, in which session, and how its page is written.

The dependencies of the routes are here: `Visiting` for pages that everyone with access may see,
`Editing` for those of editors, and for forms `Filled`, `Sent`, `Edited` and `Administered`, which
check the form's token before anything else of it is used.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.web.server import is_api
from bot.web.services import WebServices
from bot.web.sessions import WebSession
from bot.web.settings import Person, Role, is_among

LONGEST_FIELD = 20_000  # characters
MOST_FIELDS = 20


class NotSignedIn(Exception):
    """Nobody is signed in."""


class Forbidden(Exception):
    """Somebody is signed in and may not do this; `str()` of it says why."""


class TooManyTries(Exception):
    """Wrong tokens came from this address; `seconds` is for how long it may not try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many wrong tokens; try again in {seconds:.0f} seconds")
        self.seconds = seconds


@dataclass(frozen=True)
class Visit:
    """One request; `person` is None only where nobody has signed in yet."""

    services: WebServices
    request: Request
    session: WebSession
    is_new: bool  # the session: its cookie is still to be set
    person: Person | None

    @property
    def who(self) -> Person:
        """The person; raises NotSignedIn where there is none."""
        if self.person is None:
            raise NotSignedIn
        return self.person

    @property
    def form_token(self) -> str:
        """What forms on this page carry."""
        return self.services.sessions.form_token(self.session, self._name)

    @property
    def address(self) -> str:
        """Where the visitor is: behind a proxy of the settings, what its header says."""
        client = self.request.client.host if self.request.client else ""
        proxies = self.services.settings.proxy_addresses
        forwarded = ",".join(self.request.headers.getlist("x-forwarded-for")).split(",")
        # Each proxy adds at the end whom it was asked by; what stands before that anybody can send.
        while is_among(client, proxies) and forwarded and forwarded[-1].strip():
            client = forwarded.pop().strip()
        return client

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, not a browser."""
        accepted = self.request.headers.get("accept", "")
        return is_api(self.request.url.path) or "application/json" in accepted

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        text = self.services.templates.get_template(template).render(visit=self, **values)
        response = HTMLResponse(text, status)
        return self.with_session(response) if self.is_new else response

    def with_session(self, response: Response, session: WebSession | None = None) -> Response:
        sessions = self.services.sessions
        response.set_cookie(
            sessions.cookie,
            sessions.write(session or self.session),
            max_age=sessions.seconds,
            path="/",
            secure=sessions.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def sent_form(self, token: str) -> bool:
        """Whether a form's token belongs to this session and person."""
        return self.services.sessions.is_form_token(token, self.session, self._name)

    def require(self, role: Role) -> "Visit":
        """Return this visit; raises NotSignedIn, or Forbidden without the role."""
        if not self.who.may(role):
            raise Forbidden(
                f"this page is for people with the role {role.value}; ask an admin of the desk"
            )
        return self

    @property
    def _name(self) -> str | None:
        return self.person.name if self.person else None


async def anyone(request: Request) -> Visit:
    """Return the visit of anybody: only for signing in and for errors."""
    services: WebServices = request.app.state.services
    session = services.sessions.read(request.cookies.get(services.sessions.cookie))
    named = session if session and session.name else None
    if named is not None and await asyncio.to_thread(services.ended.has, named):
        session = None
    address = request.client.host if request.client else ""
    name = session.name if session else None
    person = services.authentication.who(name, request.headers, address)
    return Visit(services, request, session or WebSession.fresh(), session is None, person)


@dataclass(frozen=True)
class SubmittedForm:
    """A form that came from one of our pages, and who sent it."""

    visit: Visit
    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def _visit(role: Role) -> Callable[[Request], Awaitable[Visit]]:
    async def visit(request: Request) -> Visit:
        return (await anyone(request)).require(role)

    return visit


def _form(role: Role | None = None) -> Callable[[Request], Awaitable[SubmittedForm]]:
    async def form(request: Request) -> SubmittedForm:
        visit = await anyone(request)
        if role:
            visit.require(role)
        given = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        # Forms send line ends as CR LF, whatever was typed.
        fields = {
            name: value.replace("\r\n", "\n")
            for name, value in given.items()
            if isinstance(value, str)
        }
        if not visit.sent_form(fields.pop("token", "")):
            raise Forbidden("this page has expired; reload it and try again")
        return SubmittedForm(visit, fields)

    return form


def redirect(path: str) -> RedirectResponse:
    """Return a redirection to a page, to be fetched with GET."""
    return RedirectResponse(path, 303)


Anyone = Annotated[Visit, Depends(anyone)]
Visiting = Annotated[Visit, Depends(_visit(Role.READER))]
Editing = Annotated[Visit, Depends(_visit(Role.EDITOR))]
Filled = Annotated[SubmittedForm, Depends(_form())]
Sent = Annotated[SubmittedForm, Depends(_form(Role.READER))]
Edited = Annotated[SubmittedForm, Depends(_form(Role.EDITOR))]
Administered = Annotated[SubmittedForm, Depends(_form(Role.ADMIN))]
