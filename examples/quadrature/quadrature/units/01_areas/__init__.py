"""One unit: its lesson and its exercises."""

UNIT = __name__.rpartition(".")[2]
