"""Environment that Powertools reads when a handler's module is imported."""

import os

os.environ |= {"POWERTOOLS_SERVICE_NAME": "test", "POWERTOOLS_METRICS_NAMESPACE": "Leadtight"}
