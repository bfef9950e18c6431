"""The speed of `leadtight audit`: made exports, the floor below it, and the plain way beside it."""
