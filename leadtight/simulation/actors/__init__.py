"""People, providers and managers of a simulated run."""
