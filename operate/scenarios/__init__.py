"""The thirteen invented scenarios (domain §9), each told from report to closure."""

from operate.scenarios.f01_acute_threat_at_home import F01
from operate.scenarios.f02_online_pile_on import F02
from operate.scenarios.f03_stalking_series import F03
from operate.scenarios.f04_regional_politician import F04
from operate.scenarios.f05_colleague_politician import F05
from operate.scenarios.f06_anonymous_reporter import F06
from operate.scenarios.f07_protected_identity import F07
from operate.scenarios.f08_declines_police import F08
from operate.scenarios.f09_school_closure import F09
from operate.scenarios.f10_false_alarm import F10
from operate.scenarios.f11_duplicate_report import F11
from operate.scenarios.f12_vague import F12
from operate.scenarios.f13_plain_low import F13
from operate.scenarios.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (F01, F02, F03, F04, F05, F06, F07, F08, F09, F10, F11, F12, F13)
