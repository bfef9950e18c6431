"""Deploy, compare and take down the stage of a file."""
