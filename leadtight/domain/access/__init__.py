"""Access by signed links and API keys."""
