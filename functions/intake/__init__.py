"""HTTP API: leads by JSON and by web form.

A visitor waits for a cold start, and a sixth of one went into looking for garbage among what is imported to stay: the
collector rests from here until the function has its table, or has answered without it (`leadtight.bootstrap`).
"""

import gc

gc.disable()
