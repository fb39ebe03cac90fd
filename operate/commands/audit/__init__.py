"""`varna audit`: replay, verify, export, compare. Each command has its own file here, and a line below."""

from __future__ import annotations

import typer

from operate.commands.audit import access, checkpoint, export, replay, verify
from operate.front import example

app = typer.Typer(help="Prove what happened: replay, verify, export, and compare with the adopted routine.")
app.command("access", epilog=example("audit access --case 9001-FV-2026-00001"))(access.access)
app.command("verify", epilog=example("audit verify --checkpoint mail.txt"))(verify.verify)
app.command("checkpoint", epilog=example("audit checkpoint --organisation 9001"))(checkpoint.checkpoint)
app.command("key", epilog=example("audit key --organisation 9001"))(checkpoint.key)
app.command("replay", epilog=example("audit replay 9001-FV-2026-00001"))(replay.replay)
app.command("export", epilog=example("audit export 9001-FV-2026-00001"))(export.export)
