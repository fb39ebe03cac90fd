"""One data key per case (architecture §6): whoever destroys it makes every copy of the case unreadable at once."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, delete, event, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from storage.database import insert_into
from storage.tables import case_keys, master_keys, search_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

VERSION = b"\x01"
"""First byte of everything encrypted: AES-256-GCM, 96-bit random nonce, then text and tag."""
NONCE = 12
KEY = 32
NAME = 32
"""Most characters in the id of a master key."""
REMEMBERED = 4096
"""Keys kept in memory."""
FRESH = 300.0
"""Seconds a key is kept in memory: so long another process may still read what was erased."""
_SAID = re.compile(r"varna:(\w+)")


class UnknownKey(LookupError):
    """There is no such key, or it is wrapped by a master key that is not in the file."""


class KeyDestroyed(LookupError):
    """The key was destroyed: the case is erased."""


class KeyKept(Exception):
    """The database does not let the key go: `code` says why (`storage/migrations/last_wall.py`). Nothing was done."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Unreadable(ValueError):
    """Not encrypted by this key for this context, or changed since."""


class BadKeyFile(ValueError):
    """The file of master keys is malformed; says which line, never what is in it."""


class DataKey:
    """Encrypts what belongs to one scope: a case, or the people of an organisation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = AESGCM(secret)

    def encrypt(self, plain: bytes, context: str) -> bytes:
        """Encrypt; `context` (case reference and purpose) must be the same to decrypt."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, VERSION + context.encode())

    def decrypt(self, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises `Unreadable`."""
        if sealed[:1] != VERSION:
            raise Unreadable(f"{context}: unknown form of encryption")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], VERSION + context.encode())
        except (InvalidTag, ValueError):
            raise Unreadable(f"{context}: not encrypted by this key for this purpose, or changed since") from None

    def derive(self, label: str) -> bytes:
        """32 bytes that only the holder of this key can compute (HMAC-SHA256)."""
        return hmac.digest(self._secret, label.encode(), "sha256")

    def wrapped(self, master: DataKey, scope: str) -> bytes:
        """The key itself, encrypted by a master key."""
        return master.encrypt(self._secret, f"key:{scope}")

    @classmethod
    def unwrapped(cls, sealed: bytes, master: DataKey, scope: str) -> Self:
        """The key that `wrapped` gave; raises `Unreadable`."""
        return cls(master.decrypt(sealed, f"key:{scope}"))


@dataclass(frozen=True)
class MasterKeys:
    """The keys that wrap the data keys, by id. The active one wraps new keys; the others still unwrap."""

    keys: Mapping[str, DataKey]
    active: str
    exposed: bool = False
    """The file may be read by others than its owner: worth a warning."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of lines `<id> <64 hexadecimal digits>` (a line without id has id 1); the last one is active.

        :raises BadKeyFile: naming the line.
        :raises OSError: if it cannot be read.
        """
        keys: dict[str, DataKey] = {}
        for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
            match line.split():
                case []:
                    continue
                case [digits]:
                    name = "1"
                case [name, digits] if len(name) <= NAME:
                    pass
                case _:
                    raise BadKeyFile(f"line {number}: write an id and 64 hexadecimal digits")
            try:
                secret = bytes.fromhex(digits)
            except ValueError:
                secret = b""
            if len(secret) != KEY or name in keys:
                raise BadKeyFile(f"line {number}: " + ("the id is taken" if name in keys else "not 64 hex digits"))
            keys[name] = DataKey(secret)
        if not keys:
            raise BadKeyFile("line 1: there is no key")
        return cls(keys, active=name, exposed=bool(path.stat().st_mode & 0o077))

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a file with one new key that only the owner may read; raises FileExistsError rather than replace one."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"1 {secrets.token_hex(KEY)}\n")
            file.flush()
            os.fsync(file.fileno())
        return cls.read(path)


class KeyRing:
    """The data keys. A scope is a case reference or `org:<code>`.

    :param reread: reads the master keys again when one is missing: they are rotated beside running workers.
    """

    def __init__(self, masters: MasterKeys, reread: Callable[[], MasterKeys] | None = None) -> None:
        self.masters = masters
        self._reread = reread
        self._remembered: OrderedDict[str, tuple[DataKey, float]] = OrderedDict()

    async def create(self, session: AsyncSession, scope: str, organisation: str) -> DataKey:
        """Make the key of a new scope. Not remembered before it is committed and asked for."""
        self._remembered.pop(scope, None)  # a transaction that was rolled back may have left one
        key = DataKey(secrets.token_bytes(KEY))
        active = await self._usable(session)
        wrapped = key.wrapped(self.masters.keys[active], scope)
        row = {"scope": scope, "organisation": organisation, "master": active, "wrapped": wrapped}
        await session.execute(insert(case_keys), row)
        return key

    async def _usable(self, session: AsyncSession) -> str:
        """The active master key, unless it was retired: then the one that stands in the file now.

        Whoever retires it meanwhile waits for this transaction, and wraps anew what it writes.
        """
        for _ in range(2):
            name = self.masters.active
            asked = select(master_keys.c.retired).where(master_keys.c.name == name).with_for_update(read=True)
            row = (await session.execute(asked)).one_or_none()
            if row is None:
                new = insert_into(session, master_keys).values(name=name).on_conflict_do_nothing()
                await session.execute(new)
                row = (await session.execute(asked)).one()
            if row.retired is None:
                return name
            if self._reread:
                self.masters = self._reread()
        raise UnknownKey(f"master key {name}: retired")

    async def key(self, session: AsyncSession, scope: str) -> DataKey:
        """The key of a scope; raises `UnknownKey` or `KeyDestroyed`."""
        if known := self.remembered(scope):
            return known
        row = (await session.execute(select(case_keys).where(case_keys.c.scope == scope))).one_or_none()
        if row is None:
            raise UnknownKey(f"{scope}: there is no key")
        if row.wrapped is None:
            raise KeyDestroyed(f"{scope}: erased")
        return self._remember(scope, row.master, row.wrapped)

    async def several(self, session: AsyncSession, scopes: Collection[str]) -> dict[str, DataKey]:
        """The keys of several scopes by one question; those that are unknown or destroyed are left out."""
        found = {scope: key for scope in scopes if (key := self.remembered(scope))}
        missing = [scope for scope in scopes if scope not in found]
        if missing:
            its = select(case_keys.c.scope, case_keys.c.master, case_keys.c.wrapped)
            rows = await session.execute(its.where(case_keys.c.scope.in_(missing), case_keys.c.wrapped.is_not(None)))
            for row in rows:
                found[row.scope] = self._remember(row.scope, row.master, row.wrapped)
        return found

    def remembered(self, scope: str) -> DataKey | None:
        """The key, if it is fresh in memory."""
        key, since = self._remembered.get(scope, (None, 0.0))
        if key is None or monotonic() - since > FRESH:
            return None
        self._remembered.move_to_end(scope)
        return key

    async def wrapped_by(self, session: AsyncSession, scope: str) -> str:
        """The id of the master key that wraps the key of a scope; raises `UnknownKey`."""
        query = select(case_keys.c.master).where(case_keys.c.scope == scope)
        found = (await session.execute(query.with_for_update())).scalar_one_or_none()
        if found is None:
            raise UnknownKey(f"{scope}: there is no key")
        return str(found)

    async def destroy(self, session: AsyncSession, scope: str, at: datetime) -> None:
        """Erase all that was encrypted under the key of this scope; nobody can undo it.

        :raises KeyKept: if the case is open, if somebody has it kept, or if no approved list has it.
        """
        erased = update(case_keys).where(case_keys.c.scope == scope, case_keys.c.destroyed_at.is_(None))
        with _refusals():
            gone = await session.execute(erased.values(wrapped=None, destroyed_at=at).returning(case_keys.c.scope))
        if gone.all():
            # What a case was found by goes with what was found.
            await session.execute(delete(search_terms).where(search_terms.c.case == scope))
            self._remembered.pop(scope, None)
            # Somebody may have asked for it before the commit.
            forget = lambda _: self._remembered.pop(scope, None)  # noqa: E731
            event.listen(session.sync_session, "after_commit", forget, once=True)

    def _remember(self, scope: str, master: str, wrapped: bytes) -> DataKey:
        key = DataKey.unwrapped(wrapped, self.master(master), scope)
        self._remembered[scope] = key, monotonic()
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return key

    def master(self, name: str) -> DataKey:
        """The master key with this id; raises `UnknownKey`."""
        if name not in self.masters.keys and self._reread:
            self.masters = self._reread()
        if name not in self.masters.keys:
            raise UnknownKey(f"master key {name}: not in the file of master keys")
        return self.masters.keys[name]


@contextmanager
def _refusals() -> Iterator[None]:
    """What the lowest wall says, as an error of ours."""
    try:
        yield
    except DBAPIError as error:
        if said := _SAID.search(str(error.orig)):
            raise KeyKept(said[1]) from None
        raise


async def rewrap(session: AsyncSession, ring: KeyRing) -> int:
    """Wrap every data key by the active master key; touches nothing but the keys, and tells how many."""
    masters, active = ring.masters, ring.masters.active
    old = select(case_keys).where(case_keys.c.master != active, case_keys.c.wrapped.is_not(None)).with_for_update()
    changed = [
        {
            "s": row.scope,
            "w": DataKey.unwrapped(row.wrapped, ring.master(row.master), row.scope).wrapped(
                masters.keys[active], row.scope
            ),
        }
        for row in await session.execute(old)
    ]
    if changed:
        new = {"master": active, "wrapped": bindparam("w")}
        await session.execute(update(case_keys).where(case_keys.c.scope == bindparam("s")).values(new), changed)
    return len(changed)


async def wrapped_by(session: AsyncSession) -> dict[str, int]:
    """How many data keys each master key wraps."""
    table = case_keys.c
    query = select(table.master, func.count()).where(table.wrapped.is_not(None)).group_by(table.master)
    return {str(name): number for name, number in await session.execute(query.order_by(table.master))}
