"""How often somebody may be wrong."""

from __future__ import annotations

from web.pace import Pace


class Guesses(Pace):
    """Counts wrong answers by whoever gives them, in memory.

    What is right is never counted, so that nobody is locked out of their own alarm by somebody else's guessing.
    """

    def too_many(self, who: str) -> bool:
        """Whether they have been wrong too often."""
        return not self._counted.test(self._most, who)

    def wrong(self, who: str) -> bool:
        """Count one more; True if that is too many."""
        return self.too_fast(who)
