"""The `autograders` that student code can import in the sandbox: checks do nothing there."""

from typing import Any

from .notebook.your_code import your_code as your_code


def check(*args: Any, **kwargs: Any) -> None:
    """Do nothing: a notebook that is being graded is not checked by itself."""


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return check
