"""HTTP API: leads by JSON and by web form."""
