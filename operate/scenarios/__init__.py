"""The thirteen invented scenarios (domain §9), each told from report to closure."""

from operate.scenarios.f01_acute_threat_at_home import F01
from operate.scenarios.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (F01,)
