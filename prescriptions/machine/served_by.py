"""The verbs of the apps above that serve a need: an app that serves needs adds its own here ("machine.verb").

Each is the cause on which a follower moves the need, with the same actor. Nothing else here knows who serves.
"""

STARTS: tuple[str, ...] = ("device.reserve", "connection.propose")
"""A device is reserved, offers are proposed."""
LETS_GO: tuple[str, ...] = ("device.release", "device.report_missing", "connection.refuse", "connection.abandon")
"""What served the need is gone: it waits again, at the rank of the day it was accepted."""
MEETS: tuple[str, ...] = ("device.hand_over", "connection.activate")
"""The device is handed over, the line is active."""
UNDOES: tuple[str, ...] = ("device.undo_hand_over", "connection.undo_activate", "connection.undo_own_activate")
"""It was not: the hand-over is undone, the line does not work."""
LOSES: tuple[str, ...] = ("device.take_back", "connection.end")
"""The household brings its device back, its line ends: it has no more what met its need."""
RECOVERS: tuple[str, ...] = ("device.give_back", "device.exchange", "device.undo_take_back")
"""It has it again, repaired, or another one; or it never had it no more."""
