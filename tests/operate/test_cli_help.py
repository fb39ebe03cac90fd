"""Help that a security officer understands, at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from cli import app
from tests.house import ROOT
from tests.operate.commands import plain, varna

PROMISED = (
    "up web demo report cases case act history obligations notices-resend rebuild migrate doctor watch "
    "routine-check routine-show routine-schema routine-adopt drill-start drill-show drill-end keys-rotate "
    "keys-retire keys-save keys-load "
    "contacts-list contacts-import contacts-export contacts-absent contacts-check "
    "duty-who duty-gaps duty-import duty-export duty-override duty-refresh "
    "extract retention-list retention-lists retention-show retention-propose retention-approve retention-spare "
    "retention-withdraw retention-execute retention-hold retention-release retention-holds retention-certificate "
    "sign-in-link token-create token-list token-revoke "
    "conformance export simulate rehearse "
    "audit-access audit-export audit-replay audit-verify audit-checkpoint audit-key"
)


def commands(group: TyperGroup, *above: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *above, name)
        else:
            yield (*above, name)


def tree() -> list[tuple[str, ...]]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return list(commands(group))


def test_every_promised_command_is_there_and_no_other() -> None:
    assert sorted("-".join(command) for command in tree()) == sorted(PROMISED.split())


@pytest.mark.parametrize("command", tree(), ids="-".join)
def test_the_help_of_every_command_has_an_example_of_itself(command: tuple[str, ...]) -> None:
    ended = varna(*command, "--help")
    assert ended.code == 0
    assert f"Example: varna {' '.join(command)}" in plain(ended.out)


@pytest.mark.parametrize("words", [(), ("--help",)])
def test_varna_alone_tells_what_it_can_do_and_how_it_ends(words: tuple[str, ...]) -> None:
    ended = varna(*words)
    assert ended.code == 0
    told = plain(ended.out)
    assert "List the open cases, most urgent first" in told
    assert "2 something in the input is wrong" in told


def test_help_comes_at_once_because_neither_engine_nor_database_is_loaded() -> None:
    code = "import sys, cli; print(sorted({'temporalio', 'sqlalchemy', 'babel', 'cryptography'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
