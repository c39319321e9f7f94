"""One unit: its lesson, exercises, quiz, claims and the page for its teacher."""

UNIT = __name__.rpartition(".")[2]
