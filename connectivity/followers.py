"""What follows each verb, in the gate's transaction. Registered in ``ConnectivityConfig.ready()``."""


def register() -> None:
    """Every registration of the app, once its models are known."""
