"""`leadtight simulate`: the real use cases on a virtual clock, with faults at their calls."""
