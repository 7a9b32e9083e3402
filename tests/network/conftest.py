import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over() -> None:
    """Limits of rate are counted in the cache: each test starts with none."""
    cache.clear()
