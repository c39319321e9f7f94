"""nbgrader's settings for this course: where things are, and our judge as its grader."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - given by the loader

# nbgrader calls `alembic` by its bare name when it makes a gradebook.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

course = Path(__file__).resolve().parent
c.CourseDirectory.root = str(course)
c.CourseDirectory.course_id = "learning_rate"
# SQLite waits this many seconds for another writer; the default of 5 aborts a class.
c.CourseDirectory.db_url = f"sqlite:///{(course / 'gradebook.db').as_posix()}?timeout=60"

exchange = course / "exchange"
exchange.mkdir(exist_ok=True)
c.Exchange.root = str(exchange)

# release/ is in the repository; without this a new gradebook would not learn of its assignments.
c.GenerateAssignment.force = True
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "autograders.nbgrader.ClearAnswers",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here.*"

c.Autograde.exporter_class = "autograders.nbgrader.SubmissionExporter"
c.Autograde.pre_convert_hook = "autograders.nbgrader.tidy_submission"
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograders.nbgrader.GradeSubmission",
    "autograders.nbgrader.RecordMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Where the machine cannot isolate student code, autograde stops and says so. Only for code that you
# trust: c.GradeSubmission.allow_process = True

# Seconds for one cell when a learner validates: some train a network.
c.Execute.timeout = 120

c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "markdown2html": "autograders.feedback.markdown_to_html",
    "clean_html": "autograders.feedback.clean_output",
}
