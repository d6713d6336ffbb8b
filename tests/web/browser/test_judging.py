"""An editor at work: from the queue to an answer, judged by keys or without any script."""

import pytest
from playwright.sync_api import expect

from bot.audit.judgements import Judgement, read
from bot.ledger.ledger import Ledger, RecordKind
from index.storage.database import Database, sqlite_url
from tests.web.browser.conftest import Visit
from tests.web.browser.visitor import PHONE, Visitor
from tests.web.browser.world import HOSTILE_NOTE, World


def recorded(world: World, name: str) -> list[Judgement]:
    """Return what the ledger holds of an answer's judgements, oldest first."""
    database = Database(sqlite_url(world.home / "library.db"))
    try:
        return [
            read(one) for one in Ledger(database).further(world.answers[name], RecordKind.JUDGEMENT)
        ]
    finally:
        database.close()


def test_the_riskiest_answer_is_one_click_away(visitor: Visitor, world: World) -> None:
    """The planted one: its sentences stand beside the passages that they cite."""
    page = visitor.open("/")
    first = page.locator(".queue > li").first
    expect(first).to_contain_text("What is known of the grain corridor?")
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What is known of the corridor?")
    assert page.locator(".sentence").count() == 5  # the last is the reply as a whole
    wrong = page.locator("#s2")
    expect(wrong).to_contain_text("4.7 million")
    expect(wrong.locator(".sources mark")).to_have_text(
        "reached about 4.2 million tonnes in October"
    )


def test_judging_takes_one_key_a_sentence(visitor: Visitor, world: World) -> None:
    """j goes on, 1 to 4 judge, and what is said is in the ledger before the page says so."""
    page = visitor.open(f"/answers/{world.answers['panama']}")
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator("#s1 [role=status]")).to_have_text("Sentence 1 judged: supported.")
    page.keyboard.press("j")
    page.keyboard.press("4")
    expect(page.locator("#s2 [role=status]")).to_have_text("Sentence 2 judged: wrong source.")
    page.keyboard.press("k")
    page.keyboard.press("2")
    expect(page.locator("#s1 [role=status]")).to_have_text("Sentence 1 judged: partly.")
    found = [(one.sentence, one.judged) for one in recorded(world, "panama") if one.sentence]
    assert found == [(1, "supported"), (2, "wrong source"), (1, "partly")]
    pressed = page.locator("#s1 button[aria-pressed=true]")
    expect(pressed).to_have_attribute("value", "partly")
    page.reload()
    expect(page.locator("#s1 button[aria-pressed=true]")).to_have_attribute("value", "partly")
    expect(page.locator("#s1 .judgements li")).to_have_count(1)


def test_a_reply_is_judged_as_a_whole_by_a_key(visitor: Visitor, world: World) -> None:
    """After its last sentence; the keys are the buttons there."""
    page = visitor.open(f"/answers/{world.answers['panama']}#reply")
    page.keyboard.press("2")
    expect(page.locator("#reply [role=status]")).to_have_text("Reply judged: does not answer.")
    expect(page.locator("#reply .judgements")).to_contain_text("does not answer")
    last = recorded(world, "panama")[-1]
    assert (last.sentence, last.judged) == (None, "does not answer")
    assert visitor.violations() == []


def test_a_note_is_written_without_the_mouse(visitor: Visitor, world: World) -> None:
    """n opens it, letters are letters there, Escape leaves it, and a key judges with it."""
    page = visitor.open(f"/answers/{world.answers['karabakh']}")
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.keyboard.type("j1 " + HOSTILE_NOTE)
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator("#s1 [role=status]")).to_have_text("Sentence 1 judged: unsupported.")
    expect(page.locator("#s1 .judgements q")).to_contain_text("j1 <img src=x")
    judged = [one for one in recorded(world, "karabakh") if one.sentence == 1][-1]
    assert (judged.judged, judged.note) == ("unsupported", "j1 " + HOSTILE_NOTE)


def test_j_and_k_go_through_the_queue(visitor: Visitor) -> None:
    """And past an answer's last sentence and the reply as a whole to the next answer."""
    page = visitor.open("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answers/planted*")
    for _ in range(6):
        page.keyboard.press("j")
    page.wait_for_url(lambda url: "/answers/" in url and "planted" not in url)
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.wait_for_url("**/answers/planted*")


def test_keys_are_listed_and_can_be_switched_off(visitor: Visitor, world: World) -> None:
    """WCAG 2.1.4: for those whose voice or hand presses letters unmeant."""
    page = visitor.open(f"/answers/{world.answers['grain']}")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("wrong source")
    assert visitor.violations() == []
    dialog.get_by_label("Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.reload()  # which waits for whatever the keys have begun
    assert "POST" not in sent
    assert recorded(world, "grain") == []


def test_nothing_is_lost_when_the_desk_does_not_answer(visitor: Visitor, world: World) -> None:
    visitor.expected |= {"ERR_FAILED", "Failed to load resource"}
    page = visitor.open(f"/answers/{world.answers['grain']}")
    page.locator("#s1 summary", has_text="Note").click()
    page.locator("#s1 textarea").fill("keep me")
    page.route("**/judgements", lambda route: route.abort())
    page.locator("#s1 button").first.click()
    expect(page.locator("#s1 [role=status]")).to_contain_text("Not saved")
    expect(page.locator("#s1 textarea")).to_have_value("keep me")


@pytest.mark.parametrize("size", [None, PHONE])
def test_judging_needs_no_script(visit: Visit, world: World, size: dict[str, int] | None) -> None:
    """Forms and links do; one is back at the sentence judged."""
    name = "tonnes" if size is None else "finland"
    options = {"viewport": size} if size else {}
    visitor = visit(java_script_enabled=False, **options)
    page = visitor.open(f"/answers/{world.answers[name]}")
    page.locator("#s1 summary", has_text="Note").click()
    page.locator("#s1 textarea").fill("Read twice.")
    page.locator("#s1").get_by_role("button", name="partly").click()
    expect(page.locator("#s1 .judgements")).to_contain_text("Read twice.")
    assert page.url.endswith("#s1")
    (judged,) = recorded(world, name)
    assert (judged.sentence, judged.judged, judged.note) == (1, "partly", "Read twice.")


def test_a_screen_reader_is_told_what_a_button_judges(visitor: Visitor, world: World) -> None:
    """Each group of buttons is named by its sentence; the one chosen is pressed."""
    page = visitor.open(f"/answers/{world.answers['planted']}")
    group = page.get_by_role("group", name="Your judgement of sentence 3")
    expect(group.get_by_role("button", pressed=False)).to_have_count(4)
    for word in ("supported", "partly", "unsupported", "wrong source"):
        expect(group.get_by_role("button", name=word, exact=True)).to_be_visible()
