"""Put a question that compares two things for each of them alone.

The classifier says which words name the two; here the rest is put around each: "is Orrin's lock
longer than Sarn's?" becomes "is Orrin's lock longer?" and "is Sarn's lock longer?".
"""

import re

# What joins the second thing to what stands before it.
_JOINT = re.compile(
    r"(?:(?:^|\s+|(?<=\W))(?:vs\.?|versus|v\.?|or|and|&|than|that|those|the|compared|relative|next"
    r"|opposed|alongside|against|with|from|to|as|of|both|between)|\s*[,;/&–—-])\s*$",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"\b(?:both|between|side by side)\s+", re.IGNORECASE)


def sides(question: str, one: str, other: str) -> tuple[str, ...]:
    """Return the question for each of two things, given by its words; () where they do not stand.

    The things come apart and in order, as the question has them.
    """
    start = question.find(one) if one else -1
    second = question.find(other, start + len(one)) if other and start >= 0 else -1
    if second < 0:
        return ()
    head, tail = question[:start], question[second + len(other) :]
    between = question[start + len(one) : second]
    while found := _JOINT.search(between):
        between = between[: found.start()]
    head = _AT_ONCE.sub("", head)
    return tuple(" ".join(f"{head}{side}{between}{tail}".split()) for side in (one, other))
