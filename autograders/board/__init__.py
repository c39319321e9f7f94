"""The live board of a lab: what a learner imports to join one, and to leave it."""

from __future__ import annotations

from .session import NotJoined, join, leave, lower_hand, raise_hand, sent, show

__all__ = ["NotJoined", "join", "leave", "lower_hand", "raise_hand", "sent", "show"]
