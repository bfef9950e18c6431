"""`leadtight simulate`: the real use cases on a virtual clock.

Faults strike at their calls.
"""
