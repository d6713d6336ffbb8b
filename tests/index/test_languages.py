"""Languages: told by small words where the text is English, by a model elsewhere."""

import pytest

from index.languages import language


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Die Regierung lehnte das Gesetz am 3. Mai ab.", "German"),
        ("Le gouvernement n'a pas accepté.", "French"),
        ("El gobierno aprobó la ley.", "Spanish"),
        ("Rząd upadł w maju.", "Polish"),
        ("Уряд відхилив закон.", "Ukrainian"),
        ("日本政府は法案を可決した。", "Japanese"),
    ],
)
def test_other_languages_are_named(text: str, name: str) -> None:
    """A sentence is enough."""
    assert language(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Erdogan met Putin in Sochi.",
        "Talks resumed last August.",
        "| Law and Justice (PiS) | 35.4 % | 194 |",
        "Analysis",
        "Recep Tayyip Erdoğan met Vladimir Putin in Sochi on 4 September 2023.",
        "The Süddeutsche Zeitung called it a Zeitenwende.",
        "",
        "12.5",
    ],
)
def test_what_could_be_english_is(text: str) -> None:
    """Names, headings, table rows, too few words, none."""
    assert language(text) == "English"
