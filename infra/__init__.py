"""The AWS side as code: a construct per unit, composed and granted in stack.py."""

import os
import sys
from pathlib import Path

# The CDK runs on node: use the pinned one beside this Python, not whatever the machine has, if anything.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
