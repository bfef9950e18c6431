"""`leadtight dev`: the deployed template on a local cloud.

A console shows what happens.
"""
