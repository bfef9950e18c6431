"""Reports: events become lead facts, facts become metrics and pages. Knows the domain only."""
