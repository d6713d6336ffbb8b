"""Which documents no training question may be about: a corpus and a document in, yes or no out.

Held out are a third of the CRS reports, the beige books of 2015 to 2020, two of the three chunking
corpora, the last four articles of squad2, and every fourth document of clapnq, selqa and mtrag.
What chooses is a hash of the document's name, so that anybody finds the same ones.
"""

import hashlib

SQUAD2 = frozenset({"Packet_switching", "Yuan_dynasty", "Immune_system", "Force"})
CHUNKING = frozenset({"chatlogs", "state_of_the_union"})
FIRST_YEAR = 2015  # of the beige books held out


def held_out(source: str, document: str) -> bool:
    """Return whether a document is kept for measuring.

    `document` is a report's number (crs), a file's name such as "2016-03-bo" (beige_book), the
    title of an article (squad2, clapnq, selqa), a document's id up to its offsets (mtrag), or a
    corpus (chunking). Raises ValueError for a source that is not one of these.
    """
    match source:
        case "crs":
            return _share(document, 3)
        case "beige_book":
            return int(document[:4]) >= FIRST_YEAR
        case "squad2":
            return document in SQUAD2
        case "chunking":
            return document in CHUNKING
        case "clapnq" | "selqa" | "mtrag":
            return _share(document, 4)
    raise ValueError(f"{source}: no such corpus")


def _share(document: str, of: int) -> bool:
    return int(hashlib.sha256(document.encode()).hexdigest(), 16) % of == 0
