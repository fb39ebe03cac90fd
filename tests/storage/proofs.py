"""What a proof shows, asked of the very code that a stranger checks a package with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.package import verifier

if TYPE_CHECKING:
    from collections.abc import Sequence


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that this leaf stands at this place under this root."""
    hashed = verifier.sha256(b"\0", leaf)
    return 0 <= index < size and verifier.climb(index, size - 1, b"", hashed, _hex(proof))[1] == root


def extends(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the second tree begins with the first."""
    return verifier.extends(first, first_root, second, second_root, _hex(proof))


def _hex(proof: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in proof]
