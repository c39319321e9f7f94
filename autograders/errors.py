"""The one base of all errors that are the user's to read, each of which says what to do.

GraderError
├── LearnersError        what a notebook shows as its sentence alone
│   ├── UnknownExercise  no exercise, unit or course package of this name
│   ├── PlanError        a learner's plan of an experiment that cannot be run
│   ├── NotJoined        a request to a live board that makes no sense
│   └── NotCheckable     an argument that `check` cannot check
├── CourseError          what is missing or unknown in a course folder
│   └── RosterError      a file from another system that does not fit the class
├── GradebookUnusable    the gradebook cannot be opened or written
├── Refused              a file that a student handed in and that is not read
├── OutsideContract      a call that the contract of an exercise does not allow
├── SandboxUnavailable   this machine cannot isolate student code
├── WorkersFail          the workers of a class end again and again
├── OtherGrader          a worker holds other code than the machine it grades for
├── BadEvent             what a learner's notebook sent to a live board is no event
├── CannotServe          the address of a live board is taken, or not this machine's
├── CannotBuild          what is to be packed is not there
└── NotGraded            the grader's own fault: a person must look
"""

from __future__ import annotations


class GraderError(Exception):
    """What went wrong and what to do about it, in a sentence; `exit_code` is the command's."""

    exit_code = 2


class LearnersError(GraderError):
    """An error of the learner's: a notebook shows the sentence without the grader's own lines."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]
