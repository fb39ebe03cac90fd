"""How patient the house is: every timeout and retry policy, once."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

RECORD: LocalActivityConfig = {
    "start_to_close_timeout": timedelta(seconds=20),
    # What was decided must be recorded: no limit. Past ten seconds the waiting is a timer, not a busy worker.
    "local_retry_threshold": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
    ),
}

FETCH: LocalActivityConfig = {
    "start_to_close_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(seconds=5)),
}

DELIVER: ActivityConfig = {
    "start_to_close_timeout": timedelta(seconds=30),
    # Then the ladder climbs on without it.
    "schedule_to_close_timeout": timedelta(minutes=5),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
}

DELIVER_TOGETHER: ActivityConfig = {**DELIVER, "retry_policy": RetryPolicy(maximum_attempts=1)}
"""Several notices in one go cost the engine as much as one; if that fails, each is delivered by itself."""

ACT_PATIENCE = timedelta(seconds=10)
"""How long a caller waits for a recorded answer before being told that engine or database is out of reach."""

RECEIPTS_KEPT = 200
"""Answers kept over continue-as-new, so that a retried click is still the same action."""

SHORTEST_SLEEP = timedelta(seconds=1)
"""The server fires shorter timers up to a second late anyway."""
