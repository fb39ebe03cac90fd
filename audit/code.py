"""Which code this is: a verdict holds for the code that it was reached with."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import temporalio.service

import activities.case
import models
import workflows


@cache
def code_version() -> str:
    """SHA-256 over the rules, the workflows and what they hand over, and the version of the engine's library."""
    rooms = [Path(room.__file__ or "").parent for room in (models, workflows)]
    files = [*sorted(file for room in rooms for file in room.rglob("*.py")), Path(activities.case.__file__)]
    digest = hashlib.sha256(temporalio.service.__version__.encode())
    for file in files:
        digest.update(f"\n{file.parent.name}/{file.name}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
