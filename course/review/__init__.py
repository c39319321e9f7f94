"""Review: a few minutes of questions on the units that were begun, when they are due."""

from __future__ import annotations

from .asking import review

__all__ = ["review"]
