"""How a stage's texts are sent."""
