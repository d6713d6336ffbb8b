"""A small library with answers that rest on it, and a visitor without a browser."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.testclient import TestClient

from bot.answering.answer import Answer, Citation, DraftAnswer, NearPassage, Sentence
from bot.answering.chain import AnswerMaker
from bot.answering.search import SearchResult
from bot.audit.upkeep import forget_answers
from bot.checking.verdict import Reason, Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.record import Basis, body, private, sha256
from bot.ledger.recording import Answerer
from bot.question.question import Question, Turn
from bot.web.app import create
from bot.web.authentication import Authentication, LocalLogin, TokenLogin
from bot.web.settings import Person, Role, SignInToken, WebSettings, token_hash
from index.library import Library
from index.passage import Brief, Hit
from tests.drafts import draft, each_alone

HOSTILE = "<script>window.hit=1</script>\"'><img src=x onerror=alert(1)>\u202egnp.exe"
PORT = """Port Aurelia

Port Aurelia handles 41 million tons of cargo a year.

In 2015 the harbour was leased to the Norvane Shipping Company for 99 years.

Lawyers disagree about the price of ending the lease early."""
PORT_2 = PORT.replace("41 million tons", "38 million tons")
WHEAT = """Wheat exports of Tamara

Wheat exports of Tamara fell by 12 percent in 2023 because of drought in the north."""
EVIL = f"""Harbour dues {HOSTILE}

The harbour of Zavelstein {HOSTILE} collected dues of 41 million crowns."""

TOKENS = {role: role.value[0] * 40 for role in Role}
WITH_TOKENS = WebSettings(
    tokens=tuple(
        SignInToken(Person(f"{role}-1", role), token_hash(token)) for role, token in TOKENS.items()
    )
)


def fill(library: Library) -> None:
    """Publish the briefs, the first version of the port's only."""
    library.publish(
        [
            _draft("/briefs/port.md", PORT, date="2024-03-05", number="PA1"),
            _draft("/briefs/wheat.md", WHEAT, date="2024-02-01"),
            _draft("/briefs/evil.md", EVIL, number="EV1", source_url="javascript:alert(1)"),
        ]
    )


def correct(library: Library) -> None:
    """Publish the second version of the port's brief."""
    library.publish([_draft("/briefs/port.md", PORT_2, date="2024-06-01", number="PA1")])


def _draft(location: str, text: str, **metadata: Any) -> Any:
    return draft(location, text, count=each_alone, **metadata)


def cited(library: Library, number: int, brief: Brief, quote: str) -> Citation:
    """Return the citation of words of a brief."""
    passage_id, passage = next(one for one in library.passages(brief) if quote in one[1].text)
    hit = Hit(passage_id, passage, brief.reference, 0.9, 0.8, 3.0)
    start = passage.start + passage.text.index(quote)
    return Citation(number, hit, start, start + len(quote))


def answer(
    library: Library,
    answer_id: str,
    quotes: Sequence[tuple[str, str]] = (("PA1", "Port Aurelia handles 41 million tons"),),
    *,
    question: str = "How much cargo does the port handle?",
    turns: Sequence[Turn] = (),
    asker: str = "slack:T1:U0ASKER",
    place: str = "slack:T1:C0PLACE:1.2",
    sentences: Sequence[Sentence] | None = None,
    changed: Mapping[str, Any] | None = None,
) -> str:
    """Record an answer that quotes (brief, words); `changed` overrides its body."""
    citations = tuple(
        cited(library, number, library.brief(name), quote)
        for number, (name, quote) in enumerate(quotes, 1)
    )
    said = sentences
    if said is None:
        said = [Sentence(one.quote, (one.number,), Verdict.SUPPORTED) for one in citations]
    asked = Question(question, question)
    draft = DraftAnswer(tuple(said), citations, 0.9)
    made = body(
        Answer("", asked, draft, tuple(one.hit for one in citations)),
        basis=Basis(library.generation, library.fingerprint, {"prompt_version": "1"}),
        brief_sha256={
            f"{one.brief.id}@{one.brief.version}": sha256(library.brief(one.brief.id).text)
            for one in citations
        },
        seconds={"search": 0.01},
    )
    typed = private(asked, turns, asker, place)
    Ledger(library.database).append(answer_id, {**made, **(changed or {})}, typed)
    return answer_id


def doubtful(text: str, numbers: Sequence[int] = (1,)) -> Sentence:
    """Return a sentence whose check found a wrong number."""
    return Sentence(text, tuple(numbers), Verdict.CHECK, (Reason("number", "42 is not in it"),))


def first_words(question: Question, found: SearchResult, _: Library) -> DraftAnswer:
    """Answer with the first sentence found; "maybe" makes it unsure, and "nobody" finds nothing."""
    if "nobody" in question.asked or not found.hits:
        return DraftAnswer(searched=3)
    hit = found.hits[0]
    end = (hit.passage.text.find(".") + 1) or len(hit.passage.text)
    if "maybe" in question.asked:
        return DraftAnswer(near=(NearPassage(hit, (0, end)),), searched=3)
    citation = Citation(1, hit, hit.passage.start, hit.passage.start + end)
    return DraftAnswer((Sentence(citation.quote, (1,), Verdict.SUPPORTED),), (citation,), 0.9)


class Visitor(TestClient):
    """Asks for pages as a browser on this machine does; keeps cookies, follows nothing."""

    def __init__(
        self,
        library: Library,
        settings: WebSettings | None = None,
        login: Authentication | None = None,
        maker: AnswerMaker | None = None,
    ) -> None:
        self._library, settings = library, settings or WebSettings()
        local = LocalLogin("ilse")
        login = login or (TokenLogin(settings.tokens) if settings.tokens else local)
        answerer = Answerer(library, maker=maker or first_words)
        super().__init__(
            create(library, settings, login, self._forget, lambda: answerer),
            base_url="http://127.0.0.1:8080",
            client=("127.0.0.1", 50_000),
            follow_redirects=False,
        )
        if login is local:  # by the link that `briefs serve` prints
            assert self.get(f"/login?token={local.token}").status_code == 303

    def _forget(self, answer_id: str) -> None:
        forget_answers(self._library.database, [answer_id], [])

    def page(self, path: str) -> str:
        """Return the text of a page; it must be there."""
        reply = self.get(path)
        assert reply.status_code == 200, (path, reply.status_code, reply.text[-500:])
        return reply.text

    def token(self, path: str) -> str:
        """Return what the forms of a page carry."""
        found = re.search(r'name="token" value="([^"]+)"', self.page(path))
        assert found, path
        return found[1]

    def sign_in(self, role: Role) -> "Visitor":
        """Sign in with a role's token."""
        form = {"token": self.token("/login"), "secret": TOKENS[role], "next": "/"}
        assert self.post("/login", data=form).status_code == 303
        return self

    def ask(self, question: str, path: str = "/ask?new=yes", **fields: str) -> Any:
        """Ask as the form on a page does; return the reply, whose page may still be waiting."""
        page = self.page(path)
        form = dict(re.findall(r'type="hidden" name="(token|id|after)" value="([^"]*)"', page))
        return self.post("/ask", data=form | {"question": question} | fields)

    def judge(self, answer_id: str, path: str | None = None, **fields: str) -> Any:
        """Send a judgement of the first sentence as the page's form does."""
        page = path or f"/answers/{answer_id}"
        form = {"token": self.token(page), "sentence": "1", "judged": "partly", "note": ""}
        return self.post(f"/answers/{answer_id}/judgements", data=form | fields)
