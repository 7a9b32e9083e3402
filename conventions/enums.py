"""The codes of conventions and their French labels."""

from django.db.models import TextChoices


class DeviceType(TextChoices):
    """What is followed one by one; peripherals are only counted (domain, §2)."""

    LAPTOP = "laptop", "Ordinateur portable"
    DESKTOP = "desktop", "Ordinateur fixe"
    TABLET = "tablet", "Tablette"
    SMARTPHONE = "smartphone", "Smartphone"
    SCREEN = "screen", "Écran"
