"""What every page needs: who is here, in which session, and how a page is written.

The dependencies of the routes stand here: `visiting` for all pages, `editing` and `administering`
for those that not everyone may see, `filled` for forms, whose token is checked before anything
else of them is read.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from bot.audit.register import Register
from bot.desk.access import Access
from bot.desk.attempts import Attempts
from bot.desk.later import Texts
from bot.desk.open_questions import OpenQuestions
from bot.desk.people import Person, Role
from bot.desk.runs import Runs
from bot.desk.sessions import Session, Sessions
from bot.desk.settings import DeskSettings
from bot.ledger.ledger import Ledger
from index.library import Library

LONGEST_FIELD = 20_000  # characters
MOST_FIELDS = 20


@dataclass(frozen=True)
class Desk:
    """What all visits share."""

    library: Library
    settings: DeskSettings
    access: Access
    sessions: Sessions
    ledger: Ledger
    register: Register
    runs: Runs
    texts: Texts
    open_questions: OpenQuestions
    templates: Environment
    attempts: Attempts = field(default_factory=Attempts)


class NotSignedIn(Exception):
    """Nobody is known here."""


class Forbidden(Exception):
    """Somebody is known and may not do this; `str()` of it says why."""


@dataclass(frozen=True)
class Visit:
    """One request; `person` is None only where nobody has signed in yet."""

    desk: Desk
    request: Request
    session: Session
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
        return self.desk.sessions.form_token(self.session, self._name)

    @property
    def address(self) -> str:
        """The other end of the connection."""
        return self.request.client.host if self.request.client else ""

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page made from a template."""
        text = self.desk.templates.get_template(template).render(visit=self, **values)
        response = HTMLResponse(text, status)
        return self.kept(response) if self.is_new else response

    def kept(self, response: Response, session: Session | None = None) -> Response:
        """Return a response that sets the session's cookie."""
        sessions = self.desk.sessions
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

    def is_from_here(self, token: str) -> bool:
        """Whether a form carries the token of this session."""
        return self.desk.sessions.is_form_token(token, self.session, self._name)

    @property
    def _name(self) -> str | None:
        return self.person.name if self.person else None


def seen(request: Request) -> Visit:
    """Return the visit, also of somebody unknown."""
    desk: Desk = request.app.state.desk
    session = desk.sessions.read(request.cookies.get(desk.sessions.cookie))
    address = request.client.host if request.client else ""
    person = desk.access.who(session.name if session else None, request.headers, address)
    return Visit(desk, request, session or Session.fresh(), session is None, person)


async def anyone(request: Request) -> Visit:
    """Return the visit of anybody: only for signing in."""
    return seen(request)


async def visiting(request: Request) -> Visit:
    """Return the visit of somebody known; raises NotSignedIn."""
    visit = seen(request)
    if visit.person is None:
        raise NotSignedIn
    return visit


async def editing(request: Request) -> Visit:
    """Return the visit of an editor; raises NotSignedIn, Forbidden."""
    return _may(seen(request), Role.EDITOR)


@dataclass(frozen=True)
class Form:
    """A form that came from one of our pages, and who sent it."""

    visit: Visit
    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


async def filled(request: Request) -> Form:
    """Return a form of anybody's; raises Forbidden where it is not from our pages."""
    visit = seen(request)
    given = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    # Forms send line ends as CR LF, whatever was typed.
    fields = {
        name: value.replace("\r\n", "\n") for name, value in given.items() if isinstance(value, str)
    }
    if not visit.is_from_here(fields.pop("token", "")):
        raise Forbidden("this page has grown old; load it again, then repeat what you did")
    return Form(visit, fields)


async def edited(request: Request) -> Form:
    """Return a form of an editor's; raises NotSignedIn, Forbidden."""
    _may(seen(request), Role.EDITOR)
    return await filled(request)


async def administered(request: Request) -> Form:
    """Return a form of an admin's; raises NotSignedIn, Forbidden."""
    _may(seen(request), Role.ADMIN)
    return await filled(request)


def to(path: str) -> RedirectResponse:
    """Return a redirection to a page, to be fetched with GET."""
    return RedirectResponse(path, 303)


def _may(visit: Visit, role: Role) -> Visit:
    if not visit.who.may(role):
        raise Forbidden(f"this is for people with the role {role.value}; ask an admin of the desk")
    return visit


Anyone = Annotated[Visit, Depends(anyone)]
Visiting = Annotated[Visit, Depends(visiting)]
Editing = Annotated[Visit, Depends(editing)]
Filled = Annotated[Form, Depends(filled)]
Edited = Annotated[Form, Depends(edited)]
Administered = Annotated[Form, Depends(administered)]
