"""The queue's filters, read from an address and written into one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.answering.answer import Outcome
from bot.audit.findings import FindingKind, Severity
from bot.audit.register import EVERYTHING
from bot.audit.selection import Order, Selection
from bot.question.kinds import Kind
from bot.web import words
from index.dates import is_iso
from index.errors import UsageError

LONGEST = 200  # characters of a filter
MOST_PAGES = 100_000

_YES_NO = {"yes": True, "no": False}
_TEXTS = (
    "since", "until", "channel", "asker", "brief", "mode", "outcome", "kind", "finding", "text",
)  # fmt: skip
_MODES = ("extractive", "written")


@dataclass(frozen=True)
class QueueFilters:
    """Which answers the queue shows, in which order, and which page of them."""

    selection: Selection = EVERYTHING
    order: Order = Order.RISK
    page: int = 1
    faults: tuple[str, ...] = ()  # what was given and cannot be used

    def query(self, **changes: object) -> str:
        """Return the query of an address that shows the same, with these changes."""
        chosen = self.selection
        values: dict[str, object] = {name: getattr(chosen, name) for name in _TEXTS}
        values["judged"] = _yes_or_no(chosen.judged)
        if chosen.sample is not None:
            values |= {"sample": chosen.sample, "seed": chosen.seed}
        values |= {"order": None if self.order is Order.RISK else self.order.value}
        values |= {"page": None if self.page == 1 else self.page} | changes
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def given(self) -> list[tuple[str, str, str]]:
        """The filters in use: (name, in words, the query without it)."""
        chosen = self.selection
        in_use = {
            "text": chosen.text and f"“{chosen.text}”",
            "since": chosen.since and f"since {chosen.since}",
            "until": chosen.until and f"until {chosen.until}",
            "channel": chosen.channel and f"in {chosen.channel}",
            "asker": chosen.asker and f"asked by {chosen.asker}",
            "brief": chosen.brief and f"cites {chosen.brief}",
            "mode": chosen.mode and words.in_words(
                "generative" if chosen.mode == "written" else chosen.mode),
            "outcome": chosen.outcome and words.in_words(chosen.outcome),
            "kind": chosen.kind and f"{chosen.kind.replace('_', ' ')} questions",
            "judged": _either(chosen.judged, "judged"),
            "finding": chosen.finding and _finding(chosen.finding),
            "sample": chosen.sample and f"random sample of {chosen.sample}, seed {chosen.seed}",
        }  # fmt: skip
        return [
            (name, text, self.query(page=None, **{name: None}))
            for name, text in in_use.items()
            if text
        ]


def read_filters(query: Mapping[str, str], *, may_see_askers: bool) -> QueueFilters:
    """Return the filters of an address; those that cannot be used are named in `faults`."""
    given = {name: query.get(name, "").strip()[:LONGEST] for name in (*_TEXTS, "sample", "seed")}
    faults: list[str] = []
    if not may_see_askers:
        for name in ("asker", "channel"):  # or filters would tell who asked
            if given[name]:
                given[name] = ""
                faults.append(f"{name}: only editors can use this filter; ignored")
    for name, is_good, fix in (
        ("since", is_iso, "write 2026-05-03, 2026-05 or 2026"),
        ("until", is_iso, "write 2026-05-03, 2026-05 or 2026"),
        ("mode", _MODES.__contains__, "choose one from the list"),
        ("outcome", {*Outcome}.__contains__, "choose one from the list"),
        ("kind", {*Kind}.__contains__, "choose one from the list"),
        ("finding", {*FindingKind, *Severity}.__contains__, "choose one from the list"),
    ):
        if given[name] and not is_good(given[name]):
            faults.append(f"{name} “{given[name]}”: not valid; {fix}")
            given[name] = ""
    selection = Selection(
        **{name: given[name] or None for name in _TEXTS},
        small_talk=None,
        judged=_YES_NO.get(query.get("judged", "")),
        sample=_number(given["sample"]) or None,
        seed=_number(given["seed"]) or 0,
    )
    order = Order.TIME if query.get("order") == Order.TIME else Order.RISK
    page = max(1, min(MOST_PAGES, _number(query.get("page", "")) or 1))
    return _with_sound_sample(
        _without_bad_brief(QueueFilters(selection, order, page, tuple(faults)))
    )


def _with_sound_sample(filters: QueueFilters) -> QueueFilters:
    """Return filters whose sample is that of `briefs audit sample`.

    It is drawn from all questions but small talk and must not change while it is judged.
    """
    chosen = filters.selection
    if chosen.sample is None:
        return filters
    faults = list(filters.faults)
    if chosen.judged is not None:
        faults.append("judged: a sample must not change while it is judged; ignored")
    selection = replace(chosen, small_talk=False, judged=None)
    return replace(filters, selection=selection, faults=tuple(faults))


def _without_bad_brief(filters: QueueFilters) -> QueueFilters:
    from bot.audit.register_query import place

    brief = filters.selection.brief
    try:
        if brief:
            place(brief)
    except UsageError as error:
        selection = replace(filters.selection, brief=None)
        return replace(filters, selection=selection, faults=(*filters.faults, str(error)))
    return filters


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _either(value: bool | None, word: str) -> str | None:
    return None if value is None else word if value else f"not {word}"


def _finding(value: str) -> str:
    return (
        words.in_words(value)
        if value in set(FindingKind)
        else f"findings of at least {value} severity"
    )
