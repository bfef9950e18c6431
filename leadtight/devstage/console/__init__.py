"""The console: one local stage in the browser.

It shows the stage as a visitor, an owner and an operator see it.
"""

from leadtight.devstage.console.app import create_app

__all__ = ["create_app"]
