"""Pages on a free port of this machine, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from operate.serve import Server, listen
from web.app import create_app

if TYPE_CHECKING:
    from web.site import Site


@asynccontextmanager
async def serving(site: Callable[[str], Site]) -> AsyncIterator[str]:
    """Serve a site by a real server; its address.

    :param site: the site, given the address that it will have.
    """
    with listen("127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = Server(create_app(site(url)))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield url
        finally:
            server.stop()
            await running
