"""The rules of the house that no linter knows."""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator

from tests.house import PYPROJECT, ROOM_NAMES, ROOMS, ROOT, ROOT_FILES, text, tracked

OTHER_FOLDERS = {".ci", "deploy", "docs", "requirements", "tests"}

# Split in two, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "crates" + ".io",
    "maven" + ".org",
    "proxy.golang" + ".org",
    "debian" + ".org",
    "docker" + ".io",
    "--index" + "-url",
    "--find" + "-links",
]
MACHINE_PATH = re.compile(r"(?<![\w.~}])/" + r"(?:work|tmp|root|home|Users)/\w")

# A file whose tests may wait for real time, and why nothing else will do.
SLEEPERS: dict[str, str] = {
    "tests/engine.py": "looks again and again at real processes, which have no clock to skip",
    "tests/benchmarks/live.py": "lets a real engine come to rest before it measures the next thing",
    "tests/benchmarks/reporting.py": "lets reports come at an even pace",
    "tests/benchmarks/telling.py": "acts at an even pace while real messages are sent",
    "tests/failure/test_killed.py": "kills real processes at moments nobody chose",
}


def lines(path: str) -> int:
    return len(text(path).splitlines())


def too_long(limit: int, *patterns: str) -> dict[str, int]:
    return {path: lines(path) for path in tracked(*patterns) if lines(path) > limit}


def calls(path: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text(path))) if isinstance(node, ast.Call))


def is_real_sleep(call: ast.Call) -> bool:
    """True for a sleep on the real clock: not `env.sleep`, not a workflow's timer, not the bare yield `sleep(0)`."""
    receiver, _, name = ast.unparse(call.func).rpartition(".")
    yields = bool(call.args) and ast.unparse(call.args[0]) == "0"
    return name == "sleep" and not yields and receiver.rpartition(".")[2] not in {"env", "workflow"}


def test_every_room_and_root_file_is_packaged_and_nothing_else_is() -> None:
    folders = {path.partition("/")[0] for path in tracked() if "/" in path}
    assert folders - OTHER_FOLDERS - set(ROOMS) == set()
    assert set(tracked("*.py")) & {path.name for path in ROOT.glob("*.py")} == set(ROOT_FILES)


def test_the_import_rules_know_every_room_that_has_code() -> None:
    code = {room for room in ROOMS if (ROOT / room / "__init__.py").exists()}
    assert set(PYPROJECT["tool"]["importlinter"]["root_packages"]) == code


def test_no_room_or_root_file_is_named_after_the_standard_library_or_an_installed_package() -> None:
    assert ROOM_NAMES & sys.stdlib_module_names == set()
    owners = importlib.metadata.packages_distributions()
    assert {name: owners[name] for name in ROOM_NAMES if owners.get(name, ["varna"]) != ["varna"]} == {}


def test_files_stay_short_enough_to_read_at_one_sitting() -> None:
    assert too_long(300, "*.py", ":!storage/migrations") == {}
    assert too_long(200, "workflows/*.py") == {}
    assert too_long(100, "channels/*.py") == {}


def test_an_activity_is_one_step() -> None:
    functions = [
        (path, node)
        for path in tracked("activities/*.py")
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = {f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1 for path, node in functions}
    assert {name: size for name, size in sizes.items() if size > 30} == {}


def test_no_file_names_the_address_of_a_registry() -> None:
    assert {path: word for path in tracked() for word in REGISTRIES if word in text(path)} == {}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = {path: MACHINE_PATH.findall(text(path)) for path in tracked()}
    assert {path: paths for path, paths in found.items() if paths} == {}


def test_no_test_sleeps_on_the_real_clock() -> None:
    sleepers = {path for path in tracked("tests/*.py") if any(is_real_sleep(call) for call in calls(path))}
    assert sleepers == set(SLEEPERS)
