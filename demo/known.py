"""What the processes of a story begin as copies of: Maillon, as it is known once ``django.setup()`` is done."""

import gc

import django

django.setup()
import demo.beside  # noqa: E402, F401 models are there from here on
gc.freeze()
