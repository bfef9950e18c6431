"""Refuse a handler the packages that its bundle lacks.

This is a plugin of pytest. The suite's environment has more packages than Lambda: an import that only that environment
can satisfy would fail on AWS alone. C imports too: DuckDB wants pytz for a result with a zone, and keeps it. So no code
of the product gets pytz from it, in a handler or not.
"""

from __future__ import annotations

import builtins
import re
import sys
from functools import cache
from importlib.metadata import distributions, packages_distributions
from inspect import getmodulename
from types import FrameType, ModuleType
from typing import Any

from infra.bundle import BUNDLES, PRODUCT, ROOT

SITE_PACKAGES = re.compile(r"/site-packages/(\w+)")
KEPT_BY_DUCKDB = "pytz"
_import = builtins.__import__


def _import_shipped(name: str, *arguments: Any, **options: Any) -> ModuleType:
    level = options.get("level", arguments[3] if len(arguments) > 3 else 0)
    top = name.partition(".")[0]
    if not level and top not in shipped("app") and _is_refused(top, sys._getframe(1)):
        raise ModuleNotFoundError(f"No module named {name!r} in the bundle", name=name)
    return _import(name, *arguments, **options)


def _is_refused(top: str, caller: FrameType) -> bool:
    function = _running_function(caller)
    if function is None:
        return top == KEPT_BY_DUCKDB and caller.f_code.co_filename.startswith(f"{ROOT}/leadtight/")
    return top not in shipped("report" if function == "report" else "app") and not _is_tool(caller)


@cache
def shipped(bundle: str) -> frozenset[str]:
    """Return the top-level modules of a bundle and its Python."""
    lines = (ROOT / BUNDLES[bundle]).read_text(encoding="utf-8").splitlines()
    pinned = {re.split(r"[=\[]", line)[0] for line in lines if line[:1].isalnum()}
    modules = {module for module, by in _distributions().items() if pinned.intersection(by)}
    return frozenset(modules | sys.stdlib_module_names | {"__main__", *PRODUCT})


@cache
def _distributions() -> dict[str, list[str]]:
    """Return the distributions of each top-level module.

    Python 3.11 does not list a module that is one file of machine code, such as DuckDB's.
    """
    names = {module: [*by] for module, by in packages_distributions().items()}
    for installed in distributions():
        single = {module for file in installed.files or () if len(file.parts) == 1 and (module := getmodulename(file))}
        for module in single:
            names.setdefault(module, []).append(installed.name)
    return {module: [re.sub(r"[-_.]+", "-", name).lower() for name in by] for module, by in names.items()}


def _running_function(frame: FrameType | None) -> str | None:
    """Return the function whose handler is running, if any."""
    while frame:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("functions.") and name.endswith(".handler"):
            return name.split(".")[1]
        frame = frame.f_back
    return None


def _is_tool(frame: FrameType | None) -> bool:
    """Return whether the importer is a tool, such as moto."""
    while frame and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    package = SITE_PACKAGES.search(frame.f_code.co_filename) if frame else None
    return package is not None and package[1] not in shipped("report")


for _bundle in BUNDLES:
    shipped(_bundle)  # now: finding out imports as well
builtins.__import__ = _import_shipped
