"""Tell the language of a text: text in, the English name of a language out.

English is told by its small words, without loading a model; whatever lacks them is put to py3langid
(Lui and Baldwin, 2012). A few words that could be any language count as English, for a wrong "not
English" costs more than a missed one.
"""

import re
from functools import lru_cache
from typing import Any

from index.words import STOP_WORDS

ENGLISH = "English"
SURE = 0.6  # least probability of another language
ENGLISH_SHARE = 0.12  # of the words: small English ones that make a text English
FEWEST = 3  # words without which Latin letters tell no language
# English small words that other languages have as well.
_SHARED = frozenset(
    """a an am as at do for he here i in me more my no on our over so us was who will per via most
    """.split()
)
_TELLING = STOP_WORDS - _SHARED
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
NAMES = {
    "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "ca": "Catalan",
    "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": ENGLISH, "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "mn": "Mongolian",
    "ms": "Malay", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@lru_cache(maxsize=4096)
def language(text: str) -> str:
    """Return the name of the language that a text is written in; English where in doubt."""
    found = [word.lower() for word in _WORD.findall(text)]
    latin = sum(bool(_LATIN.match(word)) for word in found) * 2 >= len(found)
    if not found or (latin and len(found) < FEWEST):
        return ENGLISH
    telling = sum(word in _TELLING for word in found)
    if telling >= ENGLISH_SHARE * len(found):
        return ENGLISH
    code, probability = _identifier().classify(text)
    if latin and probability < SURE:
        return ENGLISH
    return NAMES.get(code, ENGLISH)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """Load the model at its first use; it knows the languages of NAMES alone."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(NAMES))
    return identifier
