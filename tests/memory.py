"""Where tests keep what they throw away: in memory, so that thousands of small databases wait for no disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory
ROOM = 4 * 1024**3
"""Bytes that must be free there; a container often has far less."""


def use_memory() -> None:
    """Have all temporary files of this process and its children in memory, unless somebody said where they go.

    Programs are copied there and run, so it must allow that.
    """
    if "TMPDIR" in os.environ or not SHARED.is_dir():
        return
    its = os.statvfs(SHARED)
    if its.f_flag & os.ST_NOEXEC or its.f_bavail * its.f_frsize < ROOM:
        return
    os.environ["TMPDIR"] = str(SHARED)
    tempfile.tempdir = None
