"""A Merkle tree as RFC 6962 §2.1 (and RFC 9162 §2.1) defines it: one hash for any number of leaves. Pure.

A leaf is the hash of a ledger entry, so erasing a case by destroying its key leaves the tree as it was.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAF, _NODE = b"\x00", b"\x01"
_EMPTY = hashlib.sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf; its prefix keeps a leaf from being taken for a node."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above two others."""
    return hashlib.sha256(_NODE + left + right).digest()


class Growing:
    """A tree of which only the roots of its whole parts are kept: any number of leaves may stream by."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """One leaf more."""
        hashed, before = leaf_hash(leaf), self.size
        while before & 1:
            hashed = node_hash(self._parts.pop(), hashed)
            before >>= 1
        self._parts.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far, 32 bytes."""
        if not self._parts:
            return _EMPTY
        *rest, hashed = self._parts
        for part in reversed(rest):
            hashed = node_hash(part, hashed)
        return hashed


class Tree:
    """A whole tree in memory (64 bytes a leaf), for those who need many proofs of it. `leaves` are not hashed yet."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(leaf) for leaf in leaves]
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(level)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, of all without it; raises `ValueError` if there are not so many."""
        size = self._size(size)
        return self._hash(0, size) if size else _EMPTY

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """What proves that the leaf at `index` (from 0) is in the tree of that size (RFC 6962 §2.1.1)."""
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError(f"leaf {index}: there are {size}")
        proof, begin, end = [], 0, size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(begin, middle))
                begin = middle
        return proof[::-1]

    def consistency_proof(self, first: int, size: int | None = None) -> list[bytes]:
        """What proves that the tree of that size begins with the one of `first` leaves (RFC 6962 §2.1.2)."""
        size = self._size(size)
        if not 0 <= first <= size:
            raise ValueError(f"a tree of {first}: there are {size}")
        if first in {0, size}:
            return []
        proof, begin, end, whole = [], 0, size, True
        while end != first:
            middle = begin + _split(end - begin)
            if first <= middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(begin, middle))
                begin, whole = middle, False
        return proof[::-1] if whole else [self._hash(begin, end), *proof[::-1]]

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"a tree of {size}: there are {self.size}")
        return size

    def _hash(self, begin: int, end: int) -> bytes:
        """Over the leaves from `begin` to before `end`; `begin` is where a part of at least that size may begin."""
        number = end - begin
        if number & (number - 1) == 0:
            height = number.bit_length() - 1
            return self._levels[height][begin >> height]
        middle = begin + _split(number)
        return node_hash(self._hash(begin, middle), self._hash(middle, end))


def _split(number: int) -> int:
    """The largest power of two below it."""
    return 1 << ((number - 1).bit_length() - 1)
