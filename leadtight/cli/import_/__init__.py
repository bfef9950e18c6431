"""`leadtight import`: turn a file's rows into leads."""
