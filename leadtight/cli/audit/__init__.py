"""`leadtight audit`: its options, its mapping files and what it says on a terminal."""
