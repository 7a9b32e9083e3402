"""The cache that all processes share, in the database: what it holds is named by nobody who reads the table."""

from django.utils.crypto import salted_hmac


def hidden(key: str, prefix: str, version: int) -> str:
    """The name under which a value is kept: a digest, since keys hold addresses of machines and of people."""
    return salted_hmac("network.shared_cache", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()
