"""A figure with its limit beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """What was measured. `limit` is none where nothing was promised."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    better: Literal["lower", "higher"] = "lower"
    details: dict[str, Any] = field(default_factory=dict)
    margin: float = 0.9
    """Nearer to the limit than this share of it is worth a warning."""

    @property
    def share(self) -> float:
        """How much of the limit is used up: above 1 it is broken."""
        if self.limit is None:
            return 0.0
        if self.limit == 0:
            return float("inf") if self.value else 0.0
        return self.value / self.limit if self.better == "lower" else self.limit / self.value

    @property
    def verdict(self) -> str:
        """`holds`, `close` (a warning) or `broken` (a failure)."""
        if self.limit is None:
            return "no limit"
        return "broken" if self.share > 1 else "close" if self.share > self.margin else "holds"

    def document(self) -> dict[str, Any]:
        """The figure as it is printed."""
        limit = None if self.limit is None else f"{'<=' if self.better == 'lower' else '>='} {self.limit:g}"
        rounded = float(f"{self.value:.4g}")
        return {"value": rounded, "unit": self.unit, "limit": limit, "verdict": self.verdict, **self.details}
