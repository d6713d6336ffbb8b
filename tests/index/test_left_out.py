"""Text that is in no passage is counted by reason, and much of it is a warning with an example."""

from index.left_out import LeftOut, OmissionReason, counted, joined, warning


def test_pieces_are_summed_by_reason_most_first_without_white_space() -> None:
    pieces = [
        (OmissionReason.PAGE_NUMBER, "7"),
        (OmissionReason.BOX, " Key  points "),
        (OmissionReason.BOX, "A longer box of text"),
        (OmissionReason.HIDDEN, "  "),
    ]
    found = counted(pieces)
    assert found == (
        LeftOut(OmissionReason.BOX, 25, "A longer box of text"),
        LeftOut(OmissionReason.PAGE_NUMBER, 1, "7"),
    )
    assert joined([*found, LeftOut(OmissionReason.PAGE_NUMBER, 30, "page 8")])[0].characters == 31


def test_more_than_a_few_per_cent_is_a_warning_with_an_example() -> None:
    lost = counted([(OmissionReason.BOX, "Its army has 12,000 soldiers." * 10)])
    assert warning(lost, 10_000) is None
    assert warning(lost, 1_000) == (
        f'20% of the text left out (box 250), such as "{lost[0].example}"'
    )


def test_what_is_on_record_elsewhere_is_no_loss() -> None:
    """Page numbers, repeated text and metadata warn of nothing; a menu does once it is most."""
    menu = counted([(OmissionReason.NAVIGATION, "x" * 500), (OmissionReason.REPEATED, "y" * 500)])
    assert warning(menu, 1_000) is None
    assert "navigation 500" in str(warning(menu[:1], 20))
