"""A stage in one process on a virtual clock: our functions as they are, over AWS services that keep their limits."""
