"""How many examples Hypothesis draws: `by_day(60)` draws sixty, always the same, by day, and a thousand new ones at night.

`make nightly` runs every test of drawn examples again with `--hypothesis-profile=night`; what it finds is printed as a
line to paste (`print_blob`). `tests.conftest` loads the profile of the day.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

AT_NIGHT = 1000
settings.register_profile(
    "day", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile(
    "night", settings.get_profile("day"), max_examples=AT_NIGHT, derandomize=False, print_blob=True
)


def is_night() -> bool:
    """Whether this run draws as many as it can afford to."""
    return settings.get_current_profile_name() == "night"


def by_day(examples: int) -> settings:
    """Settings for a test too dear for the hundred examples that the day draws by default."""
    return settings(max_examples=AT_NIGHT if is_night() else examples)
