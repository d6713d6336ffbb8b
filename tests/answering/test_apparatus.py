"""What is a sentence of a text, and what only stands around one."""

import pytest

from bot.answering.apparatus import is_sentence

AROUND = [
    "Federal Appropriations for the Port",
    "Outlook.",
    "Figure 3. Ships in the strait, 2019-2024",
    "Table 2. Ports of the coast, by volume.",
    "Source: ministry of ports, annual tables.",
    "Contact: the library of the ministry, Aurelia",
    "Sample Questions: How many ships came?",
    "Topics: ports; rail; grain",
    "The chart has 1 Y axis displaying ships.",
    "Line chart with 86 data points and 2 data series.",
    "Map of the strait and its ports",
    "Ilse Brandt, The Port of Aurelia, Norvane Papers, vol. 3, May 2021, p. 12.",
    "See the annex for more.",
    "For more information on the port, see the brief of May.",
    "Skip to main content",
    "Read more about ports",
    "Ports of the north ........ 12",
    "Why was the port leased?",
    "Ilse Brandt, i.brandt@norvane.example, 555-123-4567",
    "Notes: NPA = Norvane Port Authority; PA = Port of Aurelia.",
    "a domestic sales requirement for grain; and",
]
SENTENCES = [
    "The port opened in 1950.",
    "About 1,000 fighters of the company are in Norvania",
    "Rail: A divided court held that the line may close.",
    "It covered three ports: Aurelia, Norvane and Brandt.",
    "Independent nodes verify transactions within the network.",
    "Table 2 shows that exports fell by 8 percent in May.",
    "Wheat isn’t shipped from there.",
    "Send the form to the ministry.",
    "The line carves its way through hills that nobody else would ever dare to cross.",
]


@pytest.mark.parametrize("text", AROUND)
def test_what_stands_around_a_text_is_no_sentence(text: str) -> None:
    assert not is_sentence(text)


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_one(text: str) -> None:
    assert is_sentence(text)
