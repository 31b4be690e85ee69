"""The one door to the code of services: their composition roots, by name, for what is read off them and not called.

Linters of imports see none of it, so nothing else in the command line may import by name (a test says so).
"""

import importlib
from types import ModuleType

from servicekit.app import ServiceApp


def root_of(service: str) -> ModuleType:
    """Return the module where *service* is put together."""
    return importlib.import_module(f"{service}.app")


def app_of(service: str) -> ServiceApp:
    """Return what a back end consists of."""
    app: ServiceApp = root_of(service).APP
    return app
