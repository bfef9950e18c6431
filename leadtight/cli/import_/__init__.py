"""`leadtight import`: a file's rows become leads of a deployed stack."""
