"""Pages that people open by a link."""
