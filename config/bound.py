"""Run a command that is asked to end when whoever started it dies, even by SIGKILL: python -m config.bound COMMAND…

Else a killed `make demo` would leave a site that says for ever how far a preparation is that nobody makes any more.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # of prctl(2): which signal this process gets when its parent dies

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 the command of whoever starts this
