"""The nightly and weekly review."""
