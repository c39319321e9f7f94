"""nbgrader's settings for a course on this grader: what its nbgrader_config.py calls."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from ..declare.catalogue import COURSE, use

RELEASE = (
    "nbgrader.preprocessors.LockCells",
    "autograders.preprocessors.ClearAnswers",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "autograders.preprocessors.SaveCellsAndMarks",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
)
SANITIZE = (
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
AUTOGRADE = (
    "autograders.preprocessors.GradeSubmission",
    "autograders.preprocessors.RecordMarks",
    "nbgrader.preprocessors.CheckCellMetadata",
)
FEEDBACK = (
    "autograders.preprocessors.GetMarks",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
)
TEMPLATES = Path(__file__).resolve().parents[1] / "feedback" / "templates"
SECONDS_FOR_ANOTHER_WRITER = 60
SECONDS_FOR_A_CELL = 120


def configure(c: Any, course: Path, course_id: str, exercises: str = COURSE) -> None:
    """Put into nbgrader's configuration `c` where the course is, and our judge as its grader.

    `course` is the folder of source/, release/, submitted/ and the gradebook, `course_id` its name
    in the exchange, `exercises` the package that its graded functions are declared in. The exchange
    is `NBGRADER_EXCHANGE`, or a folder of the course's. Whatever is set afterwards in
    nbgrader_config.py counts, such as a gradebook in PostgreSQL.
    """
    use(exercises)
    # nbgrader calls `alembic` by its bare name when it makes a gradebook.
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])

    # nbgrader queries for a submission that it has just made; SQLAlchemy says so, thrice a student.
    warnings.filterwarnings("ignore", "Object of type .* not in session", module=r"nbgrader\.api")

    c.CourseDirectory.root = str(course)
    c.CourseDirectory.course_id = course_id
    # The default of 5 seconds aborts a class when two write.
    timeout = f"timeout={SECONDS_FOR_ANOTHER_WRITER}"
    c.CourseDirectory.db_url = f"sqlite:///{(course / 'gradebook.db').as_posix()}?{timeout}"

    # A hub's exchange is not in anybody's folder; without a hub the course keeps its own.
    exchange = Path(os.environ.get("NBGRADER_EXCHANGE") or course / "exchange")
    exchange.mkdir(exist_ok=True)
    c.Exchange.root = str(exchange)

    # release/ is committed; without this a new gradebook would not learn of its assignments.
    c.GenerateAssignment.force = True
    c.GenerateAssignment.preprocessors = list(RELEASE)
    c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
    c.ClearSolutions.text_stub = "*Write your answer here.*"

    c.Autograde.exporter_class = "autograders.preprocessors.SubmissionExporter"
    c.Autograde.pre_convert_hook = "autograders.preprocessors.tidy_submission"
    c.Autograde.sanitize_preprocessors = list(SANITIZE)
    c.Autograde.autograde_preprocessors = list(AUTOGRADE)

    # For a learner who validates: some cells train a network.
    c.Execute.timeout = SECONDS_FOR_A_CELL

    c.HTMLExporter.sanitize_html = True
    c.PageExporter.extra_template_basedirs = [str(TEMPLATES)]
    c.GenerateFeedback.exporter_class = "autograders.preprocessors.PageExporter"
    c.GenerateFeedback.preprocessors = list(FEEDBACK)
    c.HTMLExporter.filters = {
        "float": "autograders.feedback.unread.as_number",
        "round": "autograders.feedback.unread.rounded",
        "markdown2html": "autograders.feedback.clean.markdown_to_html",
        "clean_html": "autograders.feedback.clean.clean_output",
    }
