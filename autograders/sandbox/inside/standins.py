"""Stand-ins for what the sandbox lacks: plots and widgets are inert, the reference is withheld."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

INERT = ("ipywidgets", "IPython")
PLOTTING = ("matplotlib", "mpl_toolkits")
PLOTTING_MODULES = ("matplotlib.pyplot",)


class Inert:
    """Accepts whatever is done to it and does nothing: a plot or a widget that nobody looks at."""

    def __call__(self, *args: Any, **kwargs: Any) -> Inert:
        # As a decorator it hands back the function it was put on: `@interact(lr=(0, 1))`.
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], Inert):
            return args[0]
        return self

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Inert:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def __repr__(self) -> str:
        return "<not shown when graded>"


class Withheld:
    """A name from the reference that a setup cell imports: it may be named, but not used."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise withheld(self.__dict__["_name"])

    __call__ = __getitem__ = __iter__ = __getattr__ = _refuse


def withheld(name: str) -> ImportError:
    """The error that says in plain words why the reference cannot be used."""
    return ImportError(
        f"{name} is part of the reference, which is not available when your notebook is graded: "
        "write the function yourself"
    )


class _InertModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


class _WithheldModule(ModuleType):
    lenient = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if full in self.__loader__.inert:  # type: ignore[union-attr]
            return Inert()
        if not _WithheldModule.lenient:
            raise withheld(full)
        return Withheld(full)


class StandIns(MetaPathFinder, Loader):
    """Finds the stand-ins by name, before anything on disk is looked at."""

    def __init__(self, inert: Sequence[str], withheld: Sequence[str]) -> None:
        self.inert, self.withheld = tuple(inert), tuple(withheld)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Claim the names that are stood in for."""
        if _within(fullname, self.inert):
            return ModuleSpec(fullname, self, is_package=True)
        if _within(fullname, self.withheld):
            if fullname not in self.withheld and not _WithheldModule.lenient:
                raise withheld(fullname)
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make an empty module whose names appear when they are asked for."""
        kind = _InertModule if _within(spec.name, self.inert) else _WithheldModule
        return kind(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run; IPython says, to Matplotlib too, that no session is going on."""
        if module.__name__ == "IPython":
            vars(module).update(version_info=(9, 0, 0), get_ipython=lambda: None)


def _within(name: str, modules: Sequence[str]) -> bool:
    return any(name == module or name.startswith(module + ".") for module in modules)


def install(plotting: bool, withheld: Sequence[str] = (), inert: Sequence[str] = ()) -> None:
    """Put the stand-ins in place; Matplotlib is stood in for too unless `plotting`."""
    always = INERT if plotting else INERT + PLOTTING
    sys.meta_path.insert(0, StandIns((*always, *inert), withheld))


def allow_reference_names(allowed: bool) -> None:
    """Let names of the reference be imported (not used): the course's own setup cell may do so."""
    _WithheldModule.lenient = allowed
