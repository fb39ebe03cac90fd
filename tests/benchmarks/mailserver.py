"""A mail server in a process of its own, so that it takes no time from what is measured. As a program: that server."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.channels.servers import smtp_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.channels.servers import MailServer

LONGEST_ANSWER = 1 << 22
_MESSAGE = re.compile(rb"^X-Varna-Message: (\S+)", re.MULTILINE)


@dataclass
class PostOffice:
    """The server, seen from here."""

    port: int
    _process: Process

    async def arrived(self) -> list[str]:
        """The message that each mail was, in the order they came."""
        return list(json.loads(await self._ask("arrived")))

    async def hang(self) -> None:
        """Break every connection; take new ones and never say a word."""
        await self._ask("hang")

    async def answer(self) -> None:
        """Work as before."""
        await self._ask("answer")

    async def _ask(self, word: str) -> bytes:
        asked, answers = self._process.stdin, self._process.stdout
        assert asked, "no pipe"
        assert answers, "no pipe"
        asked.write(f"{word}\n".encode())
        return await answers.readline()


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    """One that answers."""
    command = [sys.executable, "-m", "tests.benchmarks.mailserver"]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LONGEST_ANSWER)
    assert process.stdin, "no pipe"
    assert process.stdout, "no pipe"
    try:
        yield PostOffice(int(await process.stdout.readline()), process)
    finally:
        process.stdin.close()  # it ends by itself then
        await process.wait()


async def main() -> None:
    """Do what each line on standard input asks for, and answer with one."""
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    async with smtp_server() as server:
        print(server.port, flush=True)
        async for word in words:
            print(json.dumps(_done(server, word.decode().strip())), flush=True)


def _done(server: MailServer, word: str) -> list[str]:
    if word == "arrived":
        return [found[1].decode() for mail in server.arrived if (found := _MESSAGE.search(mail.raw))]
    server.mute = word == "hang"
    server.hang_up()
    return []


if __name__ == "__main__":
    asyncio.run(main())
