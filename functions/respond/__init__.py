"""Send the stream's new messages; record the queue's delivery reports."""
