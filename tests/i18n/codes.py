"""Every code that somebody may have to read, found in the models, the routines and the code itself."""

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from typing import Any, get_args

from pydantic import BaseModel

import models
from audit.comparison import Discord
from audit.package.contents import SAID
from desk.provenance import Custody
from desk.staffing import LackCode
from i18n import LANGUAGES
from i18n.sentences import family
from models.case import Case, Closing, HandOver, IncidentFacts, Link, Risk, RoutineRef
from models.commands import COMMANDS, SYSTEM_COMMANDS
from models.conformance import DeviationCode
from models.events import FACTS, moments
from models.message import Narrative
from models.notice_rule import NoticeMatrix
from models.obligation_rule import Escalation, ObligationRule
from models.outside import RESERVED
from models.police_file import PoliceFile, RestrainingOrder
from models.report import Reach
from models.risk import Factor, RiskRule
from models.rota import Because
from models.routine import ClosureRule, RetentionRule, Routine
from models.term import Clock
from models.vocabulary.case import Urgency
from models.watch import FindingCode
from models.workcalendar import WorkCalendar
from models.worktime import SkipReason
from operate.commands.audit.replay import SIDE
from storage import proof
from storage.tables import MessageKind, MessageState, OrganisationKind, ScanState, Verdict
from tests.house import ROOT, text, tracked
from web.api import trouble
from web.forms import choices
from web.forms.values import shapes
from web.pages.audit import hub

STATE = (Case, IncidentFacts, Risk, PoliceFile, RestrainingOrder, Closing, HandOver, Link, RoutineRef)
"""What a case is made of: the pages that tell what changed in it have a word for each part."""
ABOUT_NO_CASE = (
    MessageKind.DUTY_GAP,
    MessageKind.ACCOUNT_OPENED,
    MessageKind.ACCESS_GIVEN,
    MessageKind.CHECKPOINT,
    MessageKind.CHECKPOINT_REFUSED,
    MessageKind.UNUSUAL_READING,
    MessageKind.CANARY,
)
MODULES = [importlib.import_module(info.name) for info in pkgutil.walk_packages(models.__path__, "models.")]
VOCABULARIES = {
    thing
    for module in MODULES
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, StrEnum) and thing is not StrEnum
}
NODES = {path: list(ast.walk(ast.parse(text(path)))) for path in tracked("*.py", ":!tests", ":!storage/migrations")}


def calls(*names: str) -> Iterator[ast.Call]:
    for node in chain.from_iterable(NODES.values()):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def strings(*nodes: ast.AST) -> set[str]:
    inside = chain.from_iterable(map(ast.walk, nodes))
    return {node.value for node in inside if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def keyword(name: str, within: list[ast.AST]) -> set[str]:
    values = [node.value for node in within if isinstance(node, ast.keyword) and node.arg == name]
    values += [
        node.value
        for node in within
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    ]
    return strings(*values)


def labels() -> set[str]:
    found = {f"{family(code)}.{code}" for vocabulary in VOCABULARIES for code in vocabulary}
    found |= {f"moment.{moment}" for moment in moments()}
    return found | {f"command.{command.model_fields['type'].default}" for command in COMMANDS + SYSTEM_COMMANDS}


def routine_names() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "routines").rglob("*.toml"):
        routine = tomllib.loads(path.read_text())
        local = routine.get("texts", {}).get("sv", {})
        found |= {f"obligation.{name}" for name in routine.get("obligations", {})} - set(local)
        found |= {f"factor.{name}" for name in routine.get("risk", {}).get("factors", {})} - set(local)
    return found


def refusals() -> set[str]:
    return {f"refusal.{code}" for call in calls("Refusal") for code in strings(*call.args[:1])}


def own_problems() -> set[str]:
    codes = strings(*(call.args[0] for call in calls("PydanticCustomError")))
    codes |= strings(*(call.args[1] for call in calls("_hole")))
    for call in calls("Problem"):
        given = (word.value for word in call.keywords if word.arg == "code")
        codes |= strings(*(value for value in given if not isinstance(value, ast.Subscript)))
    return {f"problem.{code}" for code in codes}


def criteria() -> set[str]:
    yields = (node for node in NODES["models/stages/closure.py"] if isinstance(node, ast.Yield))
    return {f"criterion.{code}" for code in strings(*yields)}


def failures() -> set[str]:
    rooms = ("activities/", "workflows/")
    nodes = [node for path, inside in NODES.items() if path.startswith(rooms) for node in inside]
    assigned = (
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".failure")
    )
    nobody = strings(*(call.args[1] for call in calls("Found") if len(call.args) > 1))
    codes = keyword("failure", nodes) | keyword("reason", nodes) | strings(*assigned) | nobody | channel_failures()
    return {f"failure.{code}" for code in codes | {"answered"}}


def channel_failures() -> set[str]:
    """What channels and postman say went wrong: a code of its own, or a channel's name and how."""
    own = {
        "bad_address",
        "bad_subject",
        "no_longer_active",
        "no_longer_for_them",
        "no_address",
        "contact_unreadable",
        "channel_gone",
        "out_of_time",
        "bounced",
    }
    said = strings(*(call.args[0] for call in calls("ChannelError", "Unsendable") if call.args))
    said |= {code for path, inside in NODES.items() if path.startswith("channels/") for code in returned(inside)}
    hows = {code.partition("_")[2] for code in said - own if re.fullmatch(r"[a-z]*_[a-z_0-9]+", code)}
    return own | hows | {"reached_otherwise"}


def returned(nodes: list[ast.AST]) -> set[str]:
    found = strings(*(node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None))
    return {code for code in found if code.startswith("smtp_")}


def sentences() -> set[str]:
    """Keys that sentences.py and letters.py put together from codes."""
    relative = get_args(get_args(ObligationRule.model_fields["relative_to"].annotation)[0])
    return {
        *(f"skip.{reason}" for reason in get_args(SkipReason)),
        *(f"explanation.term.{clock}" for clock in get_args(Clock)),
        *(f"explanation.{day}" for day in relative),
        *(f"notice.then.{urgency}" for urgency in Urgency if urgency is not Urgency.COUNT),
        *(f"notice.subject.{urgency}" for urgency in Urgency),
        *(f"notice.{what}.due" for what in ("owed", "happened")),
        *(f"letter.{kind}{part}" for kind in ABOUT_NO_CASE for part in ("", ".subject")),
        "channel_kind.digest",
        "channel_kind.none",
        "explanation.start",
        "explanation.backwards",
    }


def pages() -> set[str]:
    """Keys that pages and the API put together from codes."""
    told = {meaning.code for meaning in trouble.MEANINGS.values()} - {trouble.GONE.code}
    rules = (Routine, ObligationRule, Escalation, NoticeMatrix, RiskRule, Factor, ClosureRule, RetentionRule)
    return {
        *(f"{kind}.{code}" for kind in ("lack", "lack_advice") for code in get_args(LackCode)),
        *(f"because.{code}" for code in ("holds_role", "on_duty", "stands_in", "handler")),
        *(f"rota.{code}" for code in get_args(Because)),
        *(f"api.{code}" for code in told | {*trouble.OF_STATUS.values(), "not_your_role"}),
        *(f"organisation_kind.{kind}" for kind in OrganisationKind),
        *(f"ends.state_{state}" for state in ("proposed", "approved", "executed", "withdrawn")),
        *(f"ends.scan_{state}" for state in ScanState),
        *(f"ends.custody_{what}" for what in Custody),
        *(f"ends.reach_{name}" for name in Reach.model_fields),
        *(f"ends.{what}_gone" for what in ("evidence", "engine", "backups")),
        *(f"language.{language}" for language in LANGUAGES),
        *(f"routine_key.{name}" for rule in rules for name in rule.model_fields),
        *(f"deviation.{code}" for code in DeviationCode),
        *(f"change.{word}" for word in ("true", "false", "waiting")),
        *(f"case_part.{name}" for model in STATE for name in model.model_fields),
        *(f"case_part.{name}" for name in ("pace", "closed")),
        *(f"routine_key.{name}" for name in WorkCalendar.model_fields),
        *(f"proof.flaw.{code}" for code in proof.CODES),
        *(f"verify.{code}" for code in SAID),
        *(f"package.by_{code}" for code in RESERVED),
        *(f"replay.{code}" for code in (*Verdict, "nondeterministic", "unreadable", "broken", "decides_otherwise")),
        *(f"replay_short.{verdict}" for verdict in Verdict),
        *(f"replay_how.{code}" for code in Discord),
        *(f"replay_side.{name}" for name in SIDE),
        *(f"audit.{section.name}{kind}" for section in hub.SECTIONS for kind in ("", "_what")),
    }


def findings() -> set[str]:
    return {f"watch.{code}" for code in get_args(FindingCode)}


def asked() -> set[str]:
    """Keys that the code or a template asks for in so many words."""
    code = {text for text in literals() if re.fullmatch(r"(cli|refusal|problem|notice|web)\.[a-z_]+", text)}
    return code | in_templates()


def in_templates() -> set[str]:
    """Keys that a template asks for: `t("report.title")`."""
    templates = tracked("web/templates/*.html", "web/templates/*.typ")
    return {key for path in templates for key in re.findall(r"\bt\(\s*['\"]([a-z_]+\.[a-z0-9_.]+)['\"]", text(path))}


def mentioned() -> set[str]:
    """Every string in a template: a key may be handed to a macro that asks for it."""
    return {
        key
        for path in tracked("web/templates/*.html")
        for key in re.findall(r"['\"]([a-z_]+\.[a-z0-9_.]+)['\"]", text(path))
    }


def fields() -> Iterator[tuple[str, str]]:
    """Command and field of everything that can be filled in; the parts of a group or a row stand after a dot."""
    for command in COMMANDS:
        for name, its in shapes(command).items():
            yield command.name(), name
            parts = () if its.model in {None, RoutineRef} else its.model.model_fields
            yield from ((command.name(), f"{name}.{part}") for part in parts)


def forms() -> set[str]:
    """Keys that the forms of commands may ask for: labels, hints, buttons, reasons; and how messages fared."""
    found = {
        f"{what}.{key}"
        for command, name in fields()
        for what in ("field", "hint")
        for key in (name, f"{command}.{name}")
    }
    found |= {f"deed.{command.name()}" for command in COMMANDS}
    found |= {f"reason.{code}" for code in (*choices.SUSPENDED_BECAUSE, *choices.WAIVED_BECAUSE)}
    return found | {f"message_state.{state}" for state in MessageState}


def event_types() -> set[str]:
    return {fact.name() for fact in FACTS}


def literals() -> set[str]:
    """Every string in the code: a key that stands there is used there."""
    return strings(*(node for nodes in NODES.values() for node in nodes if isinstance(node, ast.Constant)))


def is_narrative(annotation: Any) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    return any(isinstance(mark, Narrative) for mark in marks) or any(map(is_narrative, get_args(annotation)))


def narrative(model: type[BaseModel]) -> set[str]:
    return {
        name
        for name, field in model.model_fields.items()
        if is_narrative(field.annotation) or any(isinstance(mark, Narrative) for mark in field.metadata)
    }
