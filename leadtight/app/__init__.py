"""Use cases, a file each. They know ports (Protocols), never AWS."""
