"""Draw answers at random: ids and a seed in, the ids drawn out, the same ones each time. No I/O."""

import hashlib
import secrets
from collections.abc import Iterable

LARGEST_SEED = 999_999  # short enough to be written into a report and typed again


def draw(answer_ids: Iterable[str], count: int, seed: int) -> list[str]:
    """Return a simple random sample without replacement, in the order drawn.

    The ids with the smallest hashes under the seed are taken (bottom-k, E. Cohen, 1997,
    doi:10.1006/jcss.1997.1534): every set of so many is as likely as every other, the order in
    which the ids come does not matter, and a larger sample begins with the smaller one.
    """
    return sorted(set(answer_ids), key=lambda answer_id: _place(answer_id, seed))[:count]


def fresh_seed() -> int:
    """Return a seed that nobody chose."""
    return secrets.randbelow(LARGEST_SEED + 1)


def _place(answer_id: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{answer_id}".encode()).digest()
