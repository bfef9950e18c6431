"""HTTP API: signed pages for people."""
