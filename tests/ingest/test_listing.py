"""What `briefs list`, `show` and `stats` tell."""

from dataclasses import replace

from index.left_out import OmissionReason, counted
from index.library import Library
from index.passage import PageFacts, page_name
from index.storage import schema
from ingest import listing
from tests.commands import Shell, columns
from tests.drafts import draft
from tests.golden_files import Golden

PORT = "The port of Aurelia handles forty million tonnes.\n\nIts lease ended in June."


def titles(lines: list[dict[str, object]]) -> list[object]:
    return [line["title"] for line in lines]


def test_the_newest_comes_first_and_the_undated_last(library: Library) -> None:
    """Equal dates go by title, so that the order is always the same."""
    days = (("b", "2024-03-05"), ("a", "2024-03-05"), ("c", "2024-03"), ("d", None), ("e", "2025"))
    library.publish([
        draft(f"{name}.md", f"{name}: {PORT}", title=name, date=date) for name, date in days
    ])  # fmt: skip
    assert titles(listing.brief_lines(library, None, everything=False)) == ["e", "a", "b", "c", "d"]


def test_only_current_briefs_are_listed_unless_all_are_asked_for(library: Library) -> None:
    library.publish([draft("a.md", PORT, title="A"), draft("b.md", "Else.", title="B")])
    gone = [row for row in library.renditions() if row.location == "a.md"]
    library.publish([], gone)
    assert titles(listing.brief_lines(library, None, everything=False)) == ["B"]
    states = {
        line["title"]: line["state"] for line in listing.brief_lines(library, None, everything=True)
    }
    assert states == {"A": "withdrawn", "B": "current"}


def test_a_collection_is_listed_by_itself(library: Library) -> None:
    library.publish(
        [draft("a.md", PORT, title="A", collection="east"), draft("b.md", "E.", title="B")]
    )
    assert titles(listing.brief_lines(library, "east", everything=False)) == ["A"]


def test_a_listed_brief_names_its_versions_and_documents(library: Library) -> None:
    """Version 2 is shown, version 1 stands in its history."""
    for text in (PORT, PORT + "\n\nA tender follows."):
        library.publish([draft("a.md", text, title="A", date="2024")])
    (line,) = listing.brief_lines(library, None, everything=False)
    assert (line["version"], line["renditions"]) == (2, ["a.md"])
    assert line["passages"] == len(library.passages(library.brief(line["id"])))
    assert [(v["version"], v["state"]) for v in line["versions"]] == [
        (1, "superseded"), (2, "current"),
    ]  # fmt: skip


def test_a_later_change_that_is_stated_beside_the_date_is_listed_and_shown(
    library: Library,
) -> None:
    """Of a brief that states none, nothing."""
    changed = draft("a.md", PORT, title="A", date="2014-03-31")
    noted = replace(changed.brief, note="1 character was lost; updated 2014-04-10")
    library.publish([replace(changed, brief=noted), draft("b.md", "E.", title="B")])
    lines = listing.brief_lines(library, None, everything=False)
    assert [line["updated"] for line in lines] == ["2014-04-10", None]
    assert listing.brief_object(library, lines[0]["id"], None)["updated"] == "2014-04-10"


def test_an_empty_library_says_what_to_type(library, capsys) -> None:
    listing.print_listing(listing.brief_lines(library, None, everything=False))
    assert capsys.readouterr() == ("", "no briefs; type: briefs ingest FOLDER_OR_FILES\n")
    counted = listing.library_stats(library)
    assert (counted["briefs"], counted["oldest"], counted["collections"]) == (0, None, {})


def test_stats_count_what_is_there(settings, open_library, capsys) -> None:
    library = open_library(settings)
    for text in (PORT, PORT + "\n\nA tender follows."):
        library.publish([draft("a.md", text, title="A", date="2024")])
    library.publish([draft("b.md", "Else.", title="B", collection="east")])
    counted = listing.library_stats(library)
    wanted = {
        "briefs": 2, "versions": 3, "superseded": 1, "withdrawn": 0, "documents": 2,
        "passages": library.passage_count,
        "collections": {"default": 1, "east": 1}, "oldest": "2024", "newest": "2024", "undated": 1,
    }  # fmt: skip
    assert {name: counted[name] for name in wanted} == wanted
    listing.print_stats(counted)
    out = capsys.readouterr().out
    assert "collections      default (1), east (1)\n" in out
    assert "bytes" not in out


def test_what_was_left_out_is_on_record_and_shown(library: Library, capsys) -> None:
    """By reason, with an example; also in a library that was made before it was counted."""
    with library.database.write() as connection:
        schema.left_out.drop(connection)
    library.close()
    library = Library.open(library.settings, embedder=library.embedder)
    lost = counted([(OmissionReason.BOX, "Key points"), (OmissionReason.PAGE_NUMBER, "7")])
    plain = draft("a.md", PORT, title="A")
    library.publish([replace(plain, brief=replace(plain.brief, left_out=lost))])
    (line,) = listing.brief_lines(library, None, everything=False)
    shown = listing.brief_object(library, line["id"], None)
    assert shown["left_out"][0] == {"reason": "box", "characters": 9, "example": "Key points"}
    listing.print_brief(shown)
    assert 'left out: 9 characters, box, such as "Key points"\n' in capsys.readouterr().out
    library.close()


def test_pages_are_named_as_printed_and_ocr_is_said(library: Library, capsys) -> None:
    """The number on the page beside the file's own, and how sure the OCR was."""
    facts = (PageFacts(1, "iv"), PageFacts(2, "v", 0.87))
    plain = draft("a.md", PORT, title="A")
    second = plain.brief.text.index("Its lease")
    brief = replace(plain.brief, pages=((0, 1), (second, 2)), page_facts=facts)
    library.publish([replace(plain, brief=brief)])
    (known,) = library.briefs()
    assert (known.pages, known.page_facts) == (brief.pages, facts)
    assert page_name(facts, 1) == "page iv (1 of the file)"
    assert page_name(facts, 2) == "page v (2 of the file), read by OCR (87% sure)"
    assert page_name(facts, 3) == "page 3"


def test_a_shown_brief_is_as_it_was(shell: Shell, golden: Golden) -> None:
    code, out, err = shell("show", "BB-2022-07")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[2].endswith("/examples/briefs/BB-2022-07-v2-black-sea-grain-initiative.md")
    golden("show.txt", "\n".join([*lines[:2], *lines[3:], ""]))


def test_an_older_version_is_shown_by_its_number(shell: Shell) -> None:
    """ID@1 is the first version; a version that is not there is named."""
    (shown,) = shell.json("show", "BB-2022-07@1")
    assert (shown["version"], shown["state"], shown["date"]) == (1, "superseded", "2022-11-21")
    assert [version["version"] for version in shown["versions"]] == [1, 2]
    assert shell("show", "BB-2022-07@9")[0] == 2


def test_every_passage_of_every_example_is_an_exact_slice(shell: Shell) -> None:
    for line in shell.json("list"):
        (shown,) = shell.json("show", line["id"])
        assert len(shown["passages"]) == line["passages"] > 0
        for passage in shown["passages"]:
            assert shown["text"][passage["start"] : passage["end"]] == passage["text"]


def test_the_printed_list_names_all_examples(shell: Shell) -> None:
    """Thirteen briefs of fourteen files, the one of two versions once."""
    code, out, _ = shell("list")
    assert code == 0
    assert len(columns(out, "Brief")) == 13
    assert out.count("  1  ") == 12
    assert "BB-2022-07" in next(line for line in out.splitlines() if "  2  " in line)
