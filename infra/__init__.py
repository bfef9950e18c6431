"""The AWS stack as code, one construct per unit.

stack.py composes them and grants their access.
"""

import os
import sys
from pathlib import Path

# The CDK runs on Node: use the pinned one beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
