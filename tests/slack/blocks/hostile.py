"""Sixty texts that mean harm, or are merely odd, and random ones made of the same parts."""

import random

ORDINARY = "Wheat exports rose to 8.2 million tonnes."

PAYLOADS = (
    "<!channel>", "<!here>", "<!everyone>", "<@U012AB3CD>", "<@U012AB3CD|boss>", "<#C012AB3CD>",
    "<#C012AB3CD|general>", "<!subteam^S012AB>", "<!subteam^S012AB|@all>",
    "<!date^1392734382^Posted {date_num}^https://evil.example/|now>", "<!foo|bar>",
    "<https://evil.example|https://good.example>", "<https://evil.example>",
    "<mailto:boss@good.example|write>", "<tel:+4912345|call>", "<javascript:alert(1)|x>",
    "https://evil.example/?a=1&b=2", "http://evil.example", "www.evil.example", "evil.example.com",
    "//evil.example/x", "HTTPS://EVIL.EXAMPLE", "https://good.example@evil.example/",
    "[good](https://evil.example)", "[good]: https://evil.example", "![x](https://evil.example/x)",
    "<https://evil.example>)", "[![x](https://a.example)](https://b.example)",
    "@channel", "@here pay now", "@everyone", "boss@good.example", "#general",
    "\u202egnp.exe\u202c", "\u2066hidden\u2069", "\u200fright\u200e", "\u061carabic mark",
    "`code`", "```\nblock\n```", "*bold* _it_ ~no~", "**bold** __it__ ~~no~~", "***", "> quote",
    "&lt;!channel&gt;", "&amp;lt;!here&amp;gt;", "&#60;!here&#62;", "& &; &amp &#;", "&" * 5_000,
    ":tada: :rotating_light:", "x" * 100_000, "word " * 20_000, "שלום עולם 123 <!here>",
    "مرحبا\u202eabc", "a\u200bb\u200c\u200d\ufeff", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "# Heading\n---\n1. one\n- two\n| a | b |\n|---|---|",
    "\x00\x07\x1b[31m\x85", "\ud800 lone \udfff", "é\u0301" * 500 + "👩‍👩‍👧‍👦" * 500 + "\U000e0041",
)  # fmt: skip
assert len(set(PAYLOADS)) == 60

_PARTS = (
    *(payload for payload in PAYLOADS if len(payload) < 100),
    *"<>&|@#!*_~`[]()\\:/.-+=\n \t", "a", "Bc", "1", "é", "ש", "😀", " word ", "https:", "//",
)  # fmt: skip


def generated(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(_PARTS) for _ in range(chance.randint(1, 12)))
