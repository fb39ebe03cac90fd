"""The tree against the definitions of RFC 6962 written out, and against the vectors everybody tests with."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tree import Growing, Tree
from tests.storage.proofs import extends, includes

LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
"""Those of the reference implementation of Certificate Transparency."""
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

several = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def power_below(number: int) -> int:
    return max(1 << n for n in range(number) if 1 << n < number)


def mth(leaves: list[bytes]) -> bytes:
    """§2.1, word for word."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = power_below(len(leaves))
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """§2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """§2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_that_everybody_has(size: int) -> None:
    assert Tree(LEAVES[:size]).root().hex() == Tree(LEAVES).root(size).hex() == ROOTS[size]


@given(several)
def test_roots_and_proofs_are_as_the_rfc_defines_them(leaves: list[bytes]) -> None:
    tree, growing = Tree(leaves), Growing()
    for number, leaf in enumerate(leaves, start=1):
        growing.add(leaf)
        assert growing.root() == tree.root(number) == mth(leaves[:number])
    assert growing.size == tree.size == len(leaves)
    assert tree.root() == growing.root()


@given(several, st.data())
def test_every_inclusion_is_proved_and_nothing_else_is(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(leaves)
    proof, top = tree.inclusion_proof(index, size), tree.root(size)
    assert proof == path(index, leaves[:size])
    assert includes(leaves[index], index, size, proof, top)
    assert not includes(leaves[index] + b"x", index, size, proof, top)
    assert not includes(leaves[index], index, size, [*proof, top], top)
    assert not includes(leaves[index], size, size, proof, top)
    assert not includes(leaves[index], index, size, proof, sha(top))
    if proof:
        assert not includes(leaves[index], index, size, proof[:-1], top)
        broken = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(leaves[index], index, size, [*proof[:broken], sha(b""), *proof[broken + 1 :]], top)


@given(several, st.data())
def test_every_extension_is_proved_and_nothing_else_is(leaves: list[bytes], data: st.DataObject) -> None:
    second = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, second))
    tree = Tree(leaves)
    proof, old, new = tree.consistency_proof(first, second), tree.root(first), tree.root(second)
    assert proof == subproof(first, leaves[:second])
    assert extends(first, old, second, new, proof)
    assert not extends(first, sha(old), second, new, proof)
    assert not extends(first, old, second, sha(new), proof)
    assert not extends(first, old, second, new, [*proof, new])
    assert extends(0, tree.root(0), second, new, [])
    if proof:
        assert not extends(first, old, second, new, proof[:-1])
        assert not extends(second, new, first, old, proof)


def test_what_is_not_there_is_not_proved() -> None:
    tree = Tree(LEAVES)
    for ask in (lambda: tree.inclusion_proof(8), lambda: tree.consistency_proof(9), lambda: tree.root(9)):
        with pytest.raises(ValueError, match="there are 8"):
            ask()
    assert Tree(LEAVES[:1]).inclusion_proof(0) == tree.consistency_proof(8) == tree.consistency_proof(0) == []
