"""`leadtight bench`: the product's stated speeds, measured beside the plainest code that gives the same answers."""
