"""Frozen dataclasses to plain dicts (ready for JSON) and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self


class Plain:
    """Adds `to_dict` and `from_dict`; a family of classes shares one registry of names.

    The direct subclass of `Plain` is the family's base: `from_dict` on it rebuilds whichever member
    the dict names; on a member, that one or one derived from it.
    """

    _family: ClassVar[dict[str, type[Plain]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Plain in cls.__bases__:
            cls._family = {}
        else:
            cls._family[cls.__name__] = cls

    def to_dict(self) -> dict[str, Any]:
        """The class name under `"name"` and every field, as numbers, lists and dicts."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {"name": type(self).__name__} | {
            f.name: _pack(getattr(self, f.name)) for f in fields
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The object that `to_dict` described.

        Raises `ValueError` if the name is unknown or the fields do not fit it.
        """
        members = {name: m for name, m in cls._family.items() if issubclass(m, cls)}
        known = ", ".join(sorted(members))
        if not isinstance(record, Mapping) or "name" not in record:
            raise ValueError(f'expected a dict with a "name", one of {known}; got {record!r}')
        fields = {key: value for key, value in record.items() if key != "name"}
        name = record["name"]
        member = members.get(name) if isinstance(name, str) else None
        if member is None:
            raise ValueError(f"unknown name {name!r}; the known names are {known}")
        try:
            return member(**{key: cls._unpack(value) for key, value in fields.items()})
        except TypeError as error:
            raise ValueError(f"{name} cannot be made from {fields}: {error}") from error

    @classmethod
    def _unpack(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            base = next(c for c in cls.__mro__ if Plain in c.__bases__)
            return base.from_dict(value)  # type: ignore[attr-defined]
        if isinstance(value, list):
            return tuple(cls._unpack(item) for item in value)
        return value


def _pack(value: Any) -> Any:
    if isinstance(value, Plain):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_pack(item) for item in value]
    return value
