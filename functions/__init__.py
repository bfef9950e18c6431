"""The deployed Lambdas: one folder, one Lambda."""

import gc

gc.set_threshold(200_000)  # a cold start makes objects that stay: looking among them for garbage took a fifth of it
