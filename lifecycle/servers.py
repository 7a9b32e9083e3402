"""The servers on which the wall stands: those that show triggers all that a statement changes."""

WHOLE = {15: 16, 16: 12, 17: 8, 18: 2}
"""For each PostgreSQL, the first minor version whose triggers are shown all that a statement changed.

Before, rows changed by a MERGE were not in the transition tables when the same statement changed the table otherwise
(WITH), so that the wall did not see them. PostgreSQL 18.2, release notes of 12 February 2026: "Fix trigger transition
table capture for MERGE in CTE queries"; 15.16, 16.12 and 17.8 came out the same day. There is no MERGE before 15, which
is no longer kept up either."""


def blind_server(version: int) -> str | None:
    """Why the wall does not stand on a server of this version (``server_version_num``); None when it does."""
    major, minor = divmod(version, 10_000)
    oldest, newest = min(WHOLE), max(WHOLE)
    if major > newest or minor >= WHOLE.get(major, minor + 1):
        return None
    wanted = max(major, oldest)
    return (
        f"PostgreSQL\u00a0{major}.{minor} ne montre pas aux déclencheurs tout ce qu’une instruction change\u00a0: le"
        f" mur de la base n’y tient pas. Prenez PostgreSQL\u00a0{wanted}.{WHOLE[wanted]} ou plus récent."
    )
