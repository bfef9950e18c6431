"""Use cases of consent, opt-out, access and erasure."""
