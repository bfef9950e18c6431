"""Phone numbers and e-mail addresses, normalized."""
