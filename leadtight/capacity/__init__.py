"""`leadtight capacity`: at which rate each part gives way, and what it costs."""
