"""What `varna watch` shows to Prometheus, on this machine only. Numbers and codes, never a case."""

from __future__ import annotations

from collections import Counter as Counted
from typing import TYPE_CHECKING, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from models.vocabulary.case import Level
from models.watch import FindingCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from models.watch import Finding
    from storage.watch import Tally


class Metrics:
    """The numbers of the last round, and what has been counted since the watchdog began."""

    def __init__(self, well: Callable[[], bool]) -> None:
        """`well` is asked at each look: a watchdog that hangs is not well, whatever its last round said."""
        self.registry = CollectorRegistry()
        gauge = self._gauge
        gauge("well", "1 while all is well and the last round is recent.").set_function(lambda: float(well()))
        self._findings = gauge("findings", "What is wrong, by code.", "code")
        self._cases = gauge("open_cases", "Open cases by level, presumed ones too.", "level")
        self._overdue = gauge("obligations_overdue", "Obligations whose reminder or escalation is missing.")
        self._unaccepted = gauge("alarms_unaccepted", "Alarms nobody has accepted within twice their time.")
        self._messages = gauge("messages", "Messages waiting or changed in the last 24 h.", "channel", "state")
        self._oldest = gauge("oldest_queued_seconds", "Age of the oldest message that nobody has yet.")
        self._canary = gauge("canary_age_seconds", "Since the last canary that is back was let go.")
        self._duration = gauge("round_seconds", "How long the last round took.")
        self._rounds = self._counter("rounds", "Rounds made.")
        self._beat = gauge("last_heartbeat_timestamp_seconds", "When the last heartbeat was taken.")
        self._failed_beats = self._counter("heartbeats_failed", "Heartbeats that nobody took.")
        self._seen: set[tuple[str, str]] = set()

    def serve(self, host: str, port: int) -> Callable[[], None]:
        """Show them there, in a thread of its own; how to stop. Raises `OSError` if the port is taken."""
        server, thread = start_http_server(port, addr=host, registry=self.registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop

    def round(self, findings: Sequence[Finding], seconds: float) -> None:
        """A round is done."""
        self._rounds.inc()
        self._duration.set(seconds)
        counted = Counted(one.code for one in findings)
        for code in get_args(FindingCode):
            self._findings.labels(code).set(counted[code])
        self._overdue.set(counted["overdue"])
        self._unaccepted.set(counted["unaccepted"])

    def cases(self, levels: Mapping[Level, int]) -> None:
        """How many cases are open."""
        for level in Level:
            self._cases.labels(level.value).set(levels.get(level, 0))

    def post(self, tallies: Sequence[Tally], oldest: float) -> None:
        """How the messages stand; the age of the oldest waiting one in seconds."""
        now = {(tally.channel, tally.state.value): tally.number for tally in tallies}
        self._seen |= now.keys()
        for labels in self._seen:
            self._messages.labels(*labels).set(now.get(labels, 0))
        self._oldest.set(oldest)

    def canary(self, age: float) -> None:
        """How long ago the last canary that is back was let go, in seconds."""
        self._canary.set(age)

    def heartbeat(self, at: datetime | None) -> None:
        """A heartbeat was taken at this time; None if nobody took it."""
        if at is None:
            self._failed_beats.inc()
        else:
            self._beat.set(at.timestamp())

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"varna_watch_{name}", text, labels, registry=self.registry)

    def _counter(self, name: str, text: str) -> Counter:
        return Counter(f"varna_watch_{name}", text, registry=self.registry)
