"""Views, templates and messages."""
