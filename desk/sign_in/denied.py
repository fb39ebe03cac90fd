"""No, and no more than that: whoever guesses must not learn what was wrong."""

from __future__ import annotations


class Denied(Exception):
    """Somebody is not signed in. `code` says which sentence they read, `wait` in how many seconds to try again."""

    def __init__(self, code: str, wait: int = 0) -> None:
        self.code = code
        self.wait = wait
        super().__init__(code)
