"""The one base of all errors that are the user's to read, each of which says what to do.

GraderError
├── UnknownExercise      no exercise, unit or course package of this name
├── CourseError          what is missing or unknown in a course folder
│   └── RosterError      a file from another system that does not fit the class
├── GradebookUnusable    the gradebook cannot be opened or written
├── Refused              a file that a student handed in and that is not read
├── OutsideContract      a call that the contract of an exercise does not allow
├── SandboxUnavailable   this machine cannot isolate student code
├── WorkersFail          the workers of a class end again and again
├── OtherGrader          a worker holds other code than the machine it grades for
├── CannotBuild          what is to be packed is not there
└── NotGraded            the grader's own fault: a person must look
"""

from __future__ import annotations


class GraderError(Exception):
    """What went wrong and what to do about it, in a sentence; `exit_code` is the command's."""

    exit_code = 2
