"""From facts to figures: the one place where the metrics, the money and the diagnosis of a period are computed."""
