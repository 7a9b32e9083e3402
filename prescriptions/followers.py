"""What follows each verb, in the gate's transaction. Registered in ``PrescriptionsConfig.ready()``."""


def register() -> None:
    """Every registration of the app, once its models are known."""
