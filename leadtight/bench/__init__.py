"""`leadtight bench`: the stated speeds, beside plain code.

The plain code gives the same answers.
"""
