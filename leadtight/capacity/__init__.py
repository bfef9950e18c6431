"""`leadtight capacity`: throughput limits of each part, and costs."""
