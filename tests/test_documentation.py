"""What the documentation promises exists, and what exists is documented."""

import re
import shlex
from collections.abc import Iterator

from typer.testing import CliRunner

from cli import app
from settings import Settings
from storage.proof import CODES
from tests.house import text, tracked


def command_lines(page: str) -> Iterator[list[str]]:
    """Each use of the `varna` command on a Markdown page, in a code block or between backticks, as its arguments."""
    blocks = re.findall(r"^```.*?^```", page, re.DOTALL | re.MULTILINE)
    typed = [line for block in blocks for line in re.findall(r"^(?:\$ )?(?:\S+/)?varna (\S.*)$", block, re.MULTILINE)]
    quoted = re.findall(r"(?<!`)`varna ([^`]+)`", page)
    for line in typed + quoted:
        yield shlex.split(re.split(r"\s{2,}| [|<>&#] ?", line)[0].replace("[", "").replace("]", ""))


def test_every_setting_is_documented() -> None:
    pages = "".join(text(path) for path in tracked("README.md", "docs/*.md"))
    assert [name for name in Settings.model_fields if f"VARNA_{name.upper()}" not in pages] == []


def test_every_command_line_in_the_documentation_exists() -> None:
    # --help answers before anything runs, but only when the command and every option before it are known.
    written = [line for path in tracked("README.md", "docs/*.md") for line in command_lines(text(path))]
    runner = CliRunner()
    assert [line for line in written if runner.invoke(app, [*line, "--help"]).exit_code != 0] == []


def test_every_command_is_in_the_readme() -> None:
    written = {line[0] for line in command_lines(text("README.md"))}
    commands = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    groups = {group.name or group.typer_instance.info.name for group in app.registered_groups if group.typer_instance}
    assert (commands | groups) - written == set()


def test_every_flaw_that_an_auditor_may_be_told_of_is_explained() -> None:
    table = text("docs/audit.md").partition("### What is found")[2].partition("\n\n**")[0]
    explained = set(re.findall(r"`([a-z_]+)`", table))
    assert explained == {code for code in CODES if not code.startswith("reads_")}
