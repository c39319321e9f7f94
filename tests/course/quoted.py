"""What each unit and its guide page state, and an expression true once its notebook has run.

An entry of a unit's `claims.py` is (words that stand in the unit or on its page, expression over
the notebook's names).
"""

from importlib import import_module

from .running import UNITS

QUOTED = {unit: import_module(f"course.units.{unit}.claims").QUOTED for unit in UNITS}
