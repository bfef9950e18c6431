"""What an amount of money is in a cell, and how a column of them is to be read."""
