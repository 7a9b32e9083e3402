"""What stands in the database of a département before anybody acts, as a step of those that many tests take."""

from reference import loading
from tests.remembered import remembered

load_reference = remembered()(loading.load_reference)
