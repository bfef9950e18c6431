"""One target under atheris: `python -m tests.fuzz.engine TARGET CORPUS …`."""

import sys
from pathlib import Path


def main() -> None:
    """Instrument the target, seed the corpus, and fuzz."""
    import atheris  # type: ignore[import-untyped]  # it is in build/fuzz/venv only: requirements/fuzz.in

    with atheris.instrument_imports(include=["leadtight", "multipart", "email_validator", "jmespath"]):
        from tests.fuzz.targets import TARGETS
    from tests.fuzz.seeds import seeds

    name, corpus = sys.argv.pop(1), Path(sys.argv[1])
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
