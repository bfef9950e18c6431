"""Queue: the alarm of a lead rang; schedule: the five-minute sweep."""
