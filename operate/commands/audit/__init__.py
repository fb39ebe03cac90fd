"""`varna audit`: replay, verify, export, compare. Each command has its own file here, and a line below."""

from __future__ import annotations

import typer

app = typer.Typer(help="Prove what happened: replay, verify, export, and compare with the adopted routine.")
