"""`python -m config.postgresql clean`: forget the servers that this project started, data included."""

import shutil
import sys

from config import database
from config.postgresql import server


def clean() -> None:
    for use in database.USES:
        home = server.home(database.PROJECT, use)
        if home.exists():
            one = server.Server.declare(home, throwaway=True)
            if not one.stop_unless_used():
                sys.exit(f"Le serveur de {home} sert encore\u00a0: arrêtez d’abord ce qui l’utilise.")
            shutil.rmtree(home)
            if not any(home.parent.iterdir()):
                home.parent.rmdir()


if __name__ == "__main__":
    if sys.argv[1:] != ["clean"]:
        sys.exit(__doc__)
    clean()
