"""Run due steps by alarm (queue) and sweep (schedule)."""
