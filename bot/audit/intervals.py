"""Say how sure a share is: counts in, a 95 % interval out. No I/O."""

import math

Z = 1.959964  # of a 95 % interval under the normal distribution


def wilson(good: float, total: int) -> tuple[float, float] | None:
    """Return the 95 % score interval of the proportion good / total, in [0, 1]; None of nothing.

    E. B. Wilson, 1927, doi:10.2307/2276774. Its coverage holds for few cases and for shares near 0
    and 1, where the textbook's interval fails: R. G. Newcombe, 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, method 3.

    It rests on cases drawn at random and independent of each other: for chosen cases it says
    nothing of those not chosen.
    """
    if not total:
        return None
    share, squared = good / total, Z * Z
    centre = (share + squared / (2 * total)) / (1 + squared / total)
    half = Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total))
    half /= 1 + squared / total
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
