"""`leadtight dev`: the deployed template on a local cloud, with a console to watch it."""
