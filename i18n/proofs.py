"""What is wrong with a ledger, in words: what, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from i18n.catalogue import Words


class Wrong(Protocol):
    """One thing wrong, as codes; `storage.proof.Flaw` is such."""

    @property
    def code(self) -> str:
        """What."""

    @property
    def organisation(self) -> str:
        """Whose ledger."""

    @property
    def case(self) -> str | None:
        """In which case."""

    @property
    def seq(self) -> int | None:
        """At which entry of the case."""

    @property
    def leaf(self) -> int | None:
        """At which place in the tree."""

    @property
    def checkpoint(self) -> int | None:
        """At which checkpoint."""

    @property
    def what(self) -> str | None:
        """The file or the guard it is about."""


def flaw_text(wrong: Wrong, words: Words) -> str:
    """What is wrong, as a sentence."""
    return words(f"proof.flaw.{wrong.code}")


def flaw_place(wrong: Wrong, words: Words) -> str:
    """Where, as precisely as is known."""
    if wrong.case is not None:
        if wrong.seq:
            return words("proof.at.entry", case=wrong.case, seq=wrong.seq)
        return words("proof.at.case", case=wrong.case)
    if wrong.leaf is not None:
        return words("proof.at.leaf", leaf=wrong.leaf)
    if wrong.checkpoint is not None:
        return words("proof.at.checkpoint", number=wrong.checkpoint)
    return wrong.what or words("proof.at.organisation", organisation=wrong.organisation)
