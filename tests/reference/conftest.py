from tests.desk.conftest import office, pilot, today

__all__ = ["office", "pilot", "today"]
