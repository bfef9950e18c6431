"""The speed of `leadtight audit`, with its floor and pandas."""
