"""HTTP API: signed pages for people, and one lead for programs with a key."""
