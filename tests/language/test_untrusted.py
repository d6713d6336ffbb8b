"""What a model wrote, and what a brief hides."""

import pytest

from bot.language.untrusted import bare, forbidden, visible


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example/x", "See HTTP://EVIL.COM", "hxxp://evil.example", "ftp:/x",
        "See www.evil.example", "go to evil.com", "EVIL.COM", "evil.co.uk/login", "a.zz/path",
        "<https://evil|https://good>", "[good](evil)", "![x](y)", "![x][y]", "[[page]]",
        "mail bob@evil.example", "ask @channel", "<!channel>", "<!here>", "<@U123>", "<#C123>",
        "＠channel", "<img src=x>", "</passage 1>", "<b>", "&lt;!channel&gt;", "good|>",
        "javascript:alert(1)", "data:text/html", "mailto:x", "tel:/1", "<script>",
        "<!subteam^S1>", "<!date^1^x>", "&#60;!here", "slack://open", "ｗｗｗ.evil.example",
    ],
)  # fmt: skip
def test_links_mentions_images_and_mark_up_are_named(text: str) -> None:
    """In any case and width."""
    assert forbidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. and/or the U.K. spent $3.5 billion (12%).", "AT&T said: no; R&D rose.",
        "The data: 12 percent at 10:30 a.m. vs. 7 p.m.", "H.R. 1156, Sec. 2(a), E15, No. 5.",
        "Exports [sic] fell by 3.1-4.2 percent.", "“Quoted” – really… yes!", "x < 5 and y > 7",
        "| 2022 | 8.1 |",
    ],
)  # fmt: skip
def test_plain_sentences_pass(text: str) -> None:
    """Abbreviations, numbers and brackets are no links."""
    assert forbidden(text) is None


def test_written_text_loses_emphasis_and_marks_of_its_own() -> None:
    """A number in brackets would pass for one of ours."""
    assert bare("**Exports** fell `by` 3 [1][2, 3] [passage 4].\n") == "Exports fell by 3."


def test_what_cannot_be_seen_is_taken_out() -> None:
    """Controls, zero width, direction, tags, halves of characters; accents stay."""
    assert (
        visible("Caf\u00e9\u200b\u202e\x00\ud800 \U000e0041\ufe0fend\u2028x") == "Caf\u00e9 end\nx"
    )
