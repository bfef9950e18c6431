"""Cold starts load the template engine only to render."""

import subprocess
import sys


def test_intake_imports_do_not_load_the_template_engine() -> None:
    modules = ", ".join(
        f"leadtight.adapters.presentation.{name}" for name in ("pages.intake", "messages", "pages.outcome")
    )
    program = f"import sys, {modules}; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
