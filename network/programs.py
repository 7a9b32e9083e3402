"""What another program reads, a boot kit or a provider of SMS: JSON, in French."""

from typing import Any

from django.http import JsonResponse


def told_in_json(told: dict[str, Any], status: int = 200) -> JsonResponse:
    """An answer in which accents are written as they are: a boot key prints them, its shell reads no escape."""
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})


def refused_in_json(sentence: str, status: int) -> JsonResponse:
    """Why nothing was taken."""
    return told_in_json({"erreur": sentence}, status)
