"""nbgrader's settings for this course: where things are, and our judge as its grader."""

from pathlib import Path

from autograders.submission.settings import configure

c = get_config()  # noqa: F821 - given by the loader
configure(c, Path(__file__).resolve().parent, "learning_rate")

# Where the machine cannot isolate student code, autograde stops and says so. Only for code that you
# trust: c.GradeSubmission.allow_process = True
