"""`leadtight audit`: options, mapping files and terminal output."""
