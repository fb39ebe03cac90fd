"""Which browser this is, in two words: enough for its owner to know it again, too little to know anybody by."""

from __future__ import annotations

# The first that is found: each names those after it as well.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(said: str) -> str:
    """From what a browser says of itself: «Firefox, Linux»; empty if it is none we know."""
    found = [next((name for mark, name in known if mark in said), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))
