"""What the other processes of a story begin as copies of: one that knows Maillon, and has opened nothing."""

import gc

import django

django.setup()
gc.freeze()
