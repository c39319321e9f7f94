"""nbgrader's own commands with our judge: preprocessors that nbgrader_config.py names."""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions


class ClearAnswers(ClearSolutions):
    """nbgrader's ClearSolutions, but a region at the left margin leaves no stub.

    A quiz cell gives its answer as `quiz_01 = {"q1": ""}` followed by a region with the right
    letters; a released `raise NotImplementedError` below would stop a learner who has answered.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        replaced = super()._replace_solution_region(cell, language)
        if replaced and cell.cell_type == "code":
            stub = re.escape(self.code_stub[language])
            cell.source = re.sub(rf"\n+{stub}$", "", cell.source, flags=re.MULTILINE)
        return replaced
