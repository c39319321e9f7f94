"""The graded functions of this unit, a module each."""

from .. import UNIT as UNIT
