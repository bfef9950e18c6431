"""The deployed Lambdas: one folder, one Lambda."""

import gc

gc.set_threshold(200_000)  # objects of a cold start stay: collecting them took a fifth of it
