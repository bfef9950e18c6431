"""Reports: the audit, the nightly metrics, the weekly review."""
