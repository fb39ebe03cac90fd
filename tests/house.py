"""What the house is built of, read from pyproject.toml and git: the ground that the house tests stand on."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGED: list[str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
ROOMS = [name for name in PACKAGED if not name.endswith(".py")]
ROOT_FILES = [name for name in PACKAGED if name.endswith(".py")]
ROOM_NAMES = {name.removesuffix(".py") for name in PACKAGED}


def tracked(*patterns: str) -> list[str]:
    """Paths, from the root, of the files that git keeps or is about to keep; `patterns` are git pathspecs."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(path for path in listed if (ROOT / path).is_file())


def text(path: str) -> str:
    """The content of one tracked file; bytes that are no text are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
