import pytest
from django.core.cache import cache

OF_THE_DATABASE = {"db", "transactional_db", "live_server"}


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over(request: pytest.FixtureRequest) -> None:
    """Limits of rate are counted in the cache, a table: each test that reads the database starts with none."""
    if request.node.get_closest_marker("django_db") or OF_THE_DATABASE & set(request.fixturenames):
        cache.clear()
