"""Every door of the pages and who may go through it, written down here and held against the routes there are."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from models.areas import Area

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fastapi import FastAPI


class Open(Enum):
    """Doors that no role opens."""

    ANYBODY = "anybody"
    """Signed in or not."""
    FLOW = "flow"
    """A step of signing in: without the step before it there is nothing."""
    LINK = "link"
    """Whoever knows an address that cannot be guessed."""
    HOLDER = "holder"
    """Whoever has shown the receipt code of a report."""
    PROGRAM = "program"
    """A program with a secret of its own in the call."""
    SERVICE = "service"
    """Whoever watches the process."""


PAGES: dict[str, Area | Open] = {
    "/": Open.ANYBODY,
    "/sprak": Open.ANYBODY,
    "/lamna": Open.ANYBODY,
    "/rapportera": Open.ANYBODY,
    "/rapportera/{organisation}": Open.ANYBODY,
    "/tillganglighet": Open.ANYBODY,
    "/min-rapport": Open.ANYBODY,
    "/min-rapport/avsluta": Open.HOLDER,
    "/min-rapport/bevis": Open.HOLDER,
    "/min-rapport/hjalp": Open.HOLDER,
    "/min-rapport/samtycke": Open.HOLDER,
    "/min-rapport/skriv": Open.HOLDER,
    "/utloggad": Open.ANYBODY,
    "/utloggad/leverantor": Open.FLOW,
    "/logga-ut": Open.ANYBODY,
    "/logga-in": Open.ANYBODY,
    "/logga-in/losenord": Open.FLOW,
    "/logga-in/kod": Open.FLOW,
    "/logga-in/nyckel": Open.FLOW,
    "/logga-in/nyckel/fraga": Open.ANYBODY,
    "/logga-in/oidc": Open.FLOW,
    "/logga-in/oidc/svar": Open.FLOW,
    "/logga-in/prova": Open.FLOW,
    "/logga-in/qr.svg": Open.FLOW,
    "/logga-in/reservkoder": Open.FLOW,
    "/logga-in/tvasteg": Open.FLOW,
    "/logga-in/tvasteg/fraga": Open.FLOW,
    "/logga-in/tvasteg/nyckel": Open.FLOW,
    "/oppna/{token}": Open.LINK,
    "/l/{token}": Open.LINK,
    "/healthz": Open.SERVICE,
    "/readyz": Open.SERVICE,
    "/metrics": Open.SERVICE,
    "/receipts/{gateway}/{given}": Open.PROGRAM,
    "/replies/{gateway}/{given}": Open.PROGRAM,
    "/arenden": Area.WORKLIST,
    "/arenden/live": Area.WORKLIST,
    "/arenden/{ref}": Area.CASE,
    "/arenden/{ref}/logg/{seq}": Area.CASE,
    "/arenden/{ref}/{command}": Area.CASE,
    "/arenden/{ref}/add_evidence": Area.CASE,
    "/arenden/{ref}/bevis": Area.CASE,
    "/arenden/{ref}/tidsresa": Area.CASE,
    "/arenden/{ref}/meddelanden": Area.CASE,
    "/arenden/{ref}/bevis/{evidence}": Area.CASE,
    "/arenden/{ref}/polisanmalan.pdf": Area.CASE,
    "/arenden/{ref}/polispaket.zip": Area.CASE,
    "/evidence/{evidence}": Area.CASE,
    "/nodoppning": Area.BREAK_GLASS,
    "/forebyggande": Area.PREVENTION_BOARD,
    "/kontakter": Area.CONTACTS,
    "/kontakter/franvaro": Area.CONTACTS,
    "/jour": Area.DUTY,
    "/jour/byte": Area.STAFFING,
    "/kalender": Open.ANYBODY,
    "/rutin": Area.ROUTINE,
    "/rutin/skillnad": Area.ROUTINE,
    "/sok": Area.SEARCH,
    "/statistik": Area.STATISTICS,
    "/revision": Area.AUDIT,
    "/revision/paket": Area.AUDIT,
    "/revision/kontroll": Area.AUDIT,
    "/revision/kontroll/nyckel.pem": Area.AUDIT,
    "/revision/kontroll/{number}/kontrollpunkt.txt": Area.AUDIT,
    "/revision/kontroll/{number}/stampel.tsr": Area.AUDIT,
    "/revision/efterlevnad": Area.AUDIT,
    "/revision/tank-om": Area.AUDIT,
    "/revision/tidsresa/{ref}": Area.AUDIT,
    "/revision/uppspelning": Area.AUDIT,
    "/revision/uppspelning/{ref}": Area.AUDIT,
    "/revision/atkomst": Area.ACCESS_LOG,
    "/revision/atkomst/{number}": Area.ACCESS_LOG,
    "/gallring": Area.DESTRUCTION,
    "/gallring/bevarade": Area.DESTRUCTION,
    "/gallring/bevarade/{hold}": Area.DESTRUCTION,
    "/gallring/foresla": Area.DESTRUCTION,
    "/gallring/intyg/{ref}": Area.DESTRUCTION,
    "/gallring/intyg/{ref}/json": Area.DESTRUCTION,
    "/gallring/listor/{name}": Area.DESTRUCTION,
    "/gallring/listor/{name}/aterta": Area.DESTRUCTION,
    "/gallring/listor/{name}/genomfor": Area.DESTRUCTION,
    "/gallring/listor/{name}/godkann": Area.DESTRUCTION,
    "/gallring/listor/{name}/undanta": Area.DESTRUCTION,
    "/administration": Area.ADMINISTRATION,
    "/administration/personer": Area.USERS,
    "/administration/personer/ny": Area.USERS,
    "/administration/personer/{code}": Area.USERS,
    "/administration/personer/{code}/lank": Area.USERS,
    "/administration/personer/{code}/logga-ut": Area.USERS,
    "/administration/program/{code}/aterta": Area.PROGRAMS,
    "/administration/rutin": Area.ORGANISATIONS,
    "/konto": Area.ACCOUNT,
    "/konto/avsluta": Area.ACCOUNT,
    "/konto/bekrafta": Area.ACCOUNT,
    "/konto/bekrafta/fraga": Area.ACCOUNT,
    "/konto/bekrafta/nyckel": Area.ACCOUNT,
    "/konto/losenord": Area.ACCOUNT,
    "/konto/nycklar/bort": Area.ACCOUNT,
    "/konto/reservkoder": Area.ACCOUNT,
    "/konto/sprak": Area.ACCOUNT,
    "/konto/tvasteg": Area.ACCOUNT,
}
"""Each address. A page without a line here is a door that nobody thought about."""
API = "/api/"
STREAMS = frozenset({"/arenden/live"})
"""Answers that do not end. Whoever may not listen is told to stay away (204)."""
UNMARKED = frozenset({"/rapportera/{organisation}", "/lamna"})
"""Forms that are sent in nobody's name: signed in or not makes no difference to what they do."""

UPLOADS = frozenset({"/arenden/{ref}/bevis", "/min-rapport/bevis"})
"""Forms that carry files."""


def doors(app: FastAPI) -> dict[str, frozenset[str]]:
    """The addresses there are, API apart, and by which methods they answer."""
    found: dict[str, frozenset[str]] = {}
    for path, methods in _doors(app.routes):
        if not path.startswith(API):
            found[path] = found.get(path, frozenset()) | frozenset(methods)
    return found


def _doors(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Iterable[str]]]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from _doors(inner.routes, prefix)
        elif methods := getattr(route, "methods", None):
            yield prefix + route.path, methods
        else:
            yield from _doors(getattr(route, "routes", None) or (), prefix + route.path)
