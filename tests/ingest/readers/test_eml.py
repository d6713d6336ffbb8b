from email.message import EmailMessage

import pytest

from index.errors import ReadError
from ingest.readers.eml import MAX_ATTACHMENTS, read


def mail(text: str | None = "The talks ended today.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    stated = {
        "Subject": "Grain talks",
        "From": "Ada Rivers <ada@example.org>",
        "Date": "Tue, 03 Mar 2026 23:30:00 -0500",
    } | headers
    for name, value in stated.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    return message


def body(message: EmailMessage | bytes) -> list[str]:
    data = message if isinstance(message, bytes) else message.as_bytes()
    return [block.text for block in read(data).blocks]


def test_a_mail_states_its_title_date_and_author() -> None:
    """Subject without its prefixes, the day in the sender's time zone, the sender's name."""
    metadata = read(mail(Subject="Re: FWD: AW: Grain talks").as_bytes()).metadata
    assert metadata.title == "Grain talks"
    assert metadata.date == "2026-03-03"
    assert metadata.authors == ("Ada Rivers",)


def test_encoded_headers_are_decoded_and_missing_ones_stay_empty() -> None:
    data = (
        b"Subject: =?utf-8?q?Z=C3=B6lle_nach_dem_Abkommen?=\r\nFrom: ada@example.org\r\n"
        b"Date: some day\r\n\r\nDuties fall.\r\n"
    )
    metadata = read(data).metadata
    assert metadata.title == "Zölle nach dem Abkommen"
    assert (metadata.date, metadata.authors) == (None, ())


def test_the_plain_part_is_read_and_the_html_left() -> None:
    message = mail("The talks ended today, and duties fall to five per cent in the summer.")
    message.add_alternative("<p>The talks ended, in colour.</p>", subtype="html")
    assert body(message) == [
        "The talks ended today, and duties fall to five per cent in the summer."
    ]


@pytest.mark.parametrize(
    "plain", ["", "Please view this mail in a browser."], ids=["empty", "stub"]
)
def test_html_is_read_where_the_plain_part_says_nothing(plain: str) -> None:
    """The visible text of the HTML stands in, without scripts and hidden text."""
    message = mail(plain)
    message.add_alternative(
        "<html><body><p>The talks ended today, and duties fall to five per cent in summer.</p>"
        "<p style='display:none'>CANARY</p><script>CANARY</script></body></html>",
        subtype="html",
    )
    assert body(message) == ["The talks ended today, and duties fall to five per cent in summer."]


HISTORIES = {
    "marked": "On Mon, 2 Mar 2026 at 09:00, Bo Stone <b@example.org> wrote:\n> What of it?\n> Bo",
    "broken introduction": "On Mon, 2 Mar 2026 at 09:00,\nBo <bo@example.org> wrote:\n> Duties?",
    "original message": "-----Original Message-----\nFrom: Bo\nSent: Monday\nTo: Ada\n\nDuties?",
    "Outlook": "From: Bo Stone\nSent: Monday, 2 March\nTo: Ada\nSubject: Duties\n\nWhat of duties?",
    "unmarked": "On Mon, 2 Mar 2026 at 09:00, Bo Stone wrote:\n\nWhat of duties?",
    "signature": "-- \nAda Rivers\nInstitute of Examples",
    "sent from": "Sent from my telephone",
}


@pytest.mark.parametrize("history", HISTORIES)
def test_history_and_signature_after_the_text_are_cut(history: str) -> None:
    assert body(mail(f"The talks ended today.\n\n{HISTORIES[history]}\n")) == [
        "The talks ended today."
    ]


def test_answers_between_quoted_lines_are_kept() -> None:
    text = (
        "On Mon, Bo Stone wrote:\n> Which duties fall?\nThose on wheat.\n> When?\nIn the summer.\n"
    )
    assert " ".join(body(mail(text))) == "Those on wheat. In the summer."


FORWARD = (
    "---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: Mon, 2 Mar 2026\n"
    "Subject: Duties\nTo: Ada Rivers\n\nDuties on wheat fall in the summer.\n"
)


@pytest.mark.parametrize("note", ["", "FYI\n\n"])
def test_a_forward_keeps_what_it_forwards(note: str) -> None:
    """A mail that is nothing but a forward is its forwarded text, without the header lines."""
    found = body(mail(note + FORWARD))
    assert found[-1] == "Duties on wheat fall in the summer."
    assert not any("Forwarded" in text or "From:" in text for text in found)


def test_quoted_html_is_cut() -> None:
    message = mail(None)
    message.set_content(
        "<p>Duties fall to five per cent.</p><div class='gmail_quote'>Bo wrote: CANARY</div>"
        "<blockquote type='cite'>CANARY</blockquote>",
        subtype="html",
    )
    assert body(message) == ["Duties fall to five per cent."]


def test_attachments_in_formats_that_are_read_become_files() -> None:
    """Names lose their folders, pictures go in silence, other formats are named in a warning."""
    message = mail()
    message.add_attachment(
        b"Ports opened.", maintype="text", subtype="plain", filename="../../p.txt"
    )
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(b"$FL2", maintype="application", subtype="x-spss", filename="d.sav")
    message.add_attachment(mail("Duties fall.", Subject="Inner"))
    document = read(message.as_bytes())
    assert [a.name for a in document.attachments] == ["p.txt", "attachment-2.pdf", "Inner.eml"]
    assert document.attachments[0].data == b"Ports opened."
    assert body(document.attachments[2].data) == ["Duties fall."]
    assert len(document.warnings) == 2
    assert "d.sav" in document.warnings[1]


def test_attachments_are_bounded() -> None:
    message = mail("")
    for number in range(MAX_ATTACHMENTS + 2):
        message.add_attachment(b"text", maintype="text", subtype="plain", filename=f"{number}.txt")
    document = read(message.as_bytes())
    assert len(document.attachments) == MAX_ATTACHMENTS
    assert len(document.warnings) == 2


def test_a_covering_note_is_no_brief() -> None:
    """Few words beside an attachment are left out and counted; many words are a text of its own."""
    note, text = "Our analysis is attached.", "The talks on grain went on all day. " * 20
    for body_text, kept in ((note, 0), (text, 1)):
        message = mail(body_text)
        message.add_attachment(b"Ports opened.", maintype="text", subtype="plain", filename="p.txt")
        document = read(message.as_bytes())
        assert (len(document.blocks), len(document.attachments)) == (kept, 1)
        assert any("covering note of 4 words" in line for line in document.warnings) != bool(kept)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("[Briefs] Grain talks", "Grain talks"),
        ("Re: [Briefs] AW: Grain talks", "Grain talks"),
        ("[2023] Grain talks", "[2023] Grain talks"),
        ("[Briefs]", "[Briefs]"),
        ("Grain talks [final]", "Grain talks [final]"),
    ],
)
def test_the_tag_of_a_mailing_list_is_no_part_of_the_title(subject: str, title: str) -> None:
    """A bracketed word before the subject goes, unless it is all there is."""
    assert read(mail(Subject=subject).as_bytes()).metadata.title == title


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "x-unknown"])
def test_a_wrong_charset_is_seen_through(charset: str) -> None:
    """The bytes decide where the declaration cannot be right."""
    data = (
        f"Subject: x\r\nContent-Type: text/plain; charset={charset}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode() + "Die Zölle fallen für Weizen.".encode(
        "latin-1" if charset != "x-unknown" else "utf-8"
    )
    assert body(data) == ["Die Zölle fallen für Weizen."]


def test_an_encrypted_mail_is_refused() -> None:
    data = (
        b"Subject: x\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIIB"
    )
    with pytest.raises(ReadError, match="encrypted; save it decrypted"):
        read(data)


def test_a_mail_nested_without_end_is_refused() -> None:
    """Depth is bounded before the interpreter's stack is."""
    head, tail = [], []
    for level in range(400):
        head.append(f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")
        tail.insert(0, f"\r\n--b{level}--\r\n")
    data = ("Subject: x\r\n" + "".join(head) + "\r\ntext" + "".join(tail)).encode()
    with pytest.raises(ReadError, match="nested too deeply"):
        read(data)


def test_a_mail_saved_as_utf_16_has_its_subject_as_title():
    head = "From: a@x.example\r\nSubject: Bridges\r\nDate: 2022-09-11T08:00:00Z\r\n"
    mail = f"{head}\r\nThey are open.\r\n"
    stated = read(mail.encode("utf-16")).metadata
    assert (stated.title, stated.date) == ("Bridges", "2022-09-11")


def test_latin_1_without_a_charset_is_read_in_its_letters():
    mail = "Subject: Lage\n\nDie Fähre fährt täglich; die Überfahrt dauert zwölf Stunden.\n"
    assert "Fähre fährt täglich; die Überfahrt" in read(mail.encode("latin-1")).blocks[0].text


def test_the_messages_of_a_digest_are_mails_of_their_own():
    one = "From: Ann Bee <a@x.example>\nSubject: Ports\nDate: Fri, 1 Jul 2022 09:00\n\nOpen.\n"
    two = "Message: 2\nFrom: Carl Dee <c@x.example>\nSubject: Roads\n\nClosed.\n"
    rule = "-" * 30
    head = "From: list@x.example\nSubject: Digest 3\n\nTopics\n"
    mail = f"{head}\n{rule}\n\n{one}\n{rule}\n\n{two}\n{rule}\n"
    document = read(mail.encode())
    assert not document.blocks
    assert [item.name for item in document.attachments] == ["Ports.eml", "Roads.eml"]
    assert read(document.attachments[0].data).metadata.date == "2022-07-01"


def test_a_newsletter_does_not_speak_of_itself():
    footer = "Unsubscribe from this list | View in browser"
    mail = f"Subject: News\n\nThe port was closed on Monday.\n\n{footer}\n"
    document = read(mail.encode())
    assert [block.text for block in document.blocks] == ["The port was closed on Monday."]
    assert str(document.left_out[0].reason) == "boilerplate"
