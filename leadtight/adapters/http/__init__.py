"""HTTP requests, responses and clients."""
