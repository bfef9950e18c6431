"""Metrics, money and diagnosis of a period, computed from facts."""
