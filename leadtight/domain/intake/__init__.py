"""Intake: from a delivery to a lead."""
