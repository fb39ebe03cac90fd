"""The alphabet of a text message (GSM 03.38): what stands outside it more than doubles what a message costs."""

import unicodedata

MOST = 160
"""Characters of one text message."""
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
"""Each of these takes the room of two."""
_INSTEAD = str.maketrans(
    {"–": "-", "—": "-", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "’": "'", "\u2018": "'", "•": "-", "`": "'"}
)


def spelled(text: str) -> str:
    """The text in signs of the alphabet alone: its likest where there is one, else a question mark."""
    return "".join(map(_sign, text.translate(_INSTEAD)))


def room(text: str) -> int:
    """How many of the characters of a message a text takes; more than any message has, if it cannot be spelled."""
    if not _BASIC.union(_EXTENDED).issuperset(text):
        return MOST + 1
    return len(text) + sum(sign in _EXTENDED for sign in text)


def _sign(sign: str) -> str:
    if sign in _BASIC or sign in _EXTENDED:
        return sign
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if part in _BASIC)
    return plain or "?"
