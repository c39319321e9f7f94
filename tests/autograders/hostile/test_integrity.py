"""Attempts to get marks that were not earned: each leaves the score where the numbers put it."""

import pytest

from autograders.judging.report import FULL, UNWRITTEN
from autograders.submission.grading import grade_source

from .classroom import POINTS, RIGHT, STUBS, code, functions, handed_in, notebook, released_cells

WRONG = "def step_decay(t, *, lr0, gamma, every):\n    return 0.123"
OTHERS_RIGHT = {name: POINTS[name] for name in RIGHT if name != "step_decay"}


def only_step_decay_is_lost(graded):
    """The wrong function scores nothing, and the right ones keep all their points."""
    return functions(graded) == {"step_decay": 0.0, **OTHERS_RIGHT}


def test_a_skip_tag_on_test_cells_earns_nothing(classroom):
    """Stock nbgrader gives full marks: a test cell tagged `skip-execution` has no output."""
    cells = released_cells({**RIGHT, "step_decay": WRONG})
    for cell in cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    assert only_step_decay_is_lost(classroom.grade(notebook(cells)))


def test_a_forged_display_hook_earns_nothing(classroom):
    """Stock nbgrader gives the number that is displayed: `get_ipython().displayhook(10)`."""
    forged = "get_ipython().displayhook(10)\nimport sys\nsys.displayhook = lambda value: 10\n10"
    assert only_step_decay_is_lost(classroom.grade_with(forged, step_decay=WRONG + "\n" + forged))


def test_an_ast_transformer_that_drops_asserts_earns_nothing(classroom):
    """Stock nbgrader gives full marks: the asserts of its test cells are compiled away."""
    transformer = (
        "import ast\n"
        "class Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node):\n"
        "        return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())\n"
    )
    graded = classroom.grade_with(first=[transformer], step_decay=transformer + WRONG)
    assert only_step_decay_is_lost(graded)


ALWAYS_EQUAL = """
class Yes(float):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __eq__
    def __hash__(self): return 0
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
def step_decay(t, *, lr0, gamma, every):
    return Yes()
"""


def test_an_object_that_equals_everything_earns_nothing(classroom):
    """Stock nbgrader gives full marks: `assert step_decay(10) == 0.05` asks the object itself."""
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=ALWAYS_EQUAL))


@pytest.mark.parametrize("value", ["float('nan')", "float('inf')", "-float('inf')", "True", "None"])
def test_a_value_that_is_no_rate_earns_nothing(classroom, value):
    """Stock nbgrader gives full marks for `nan` or `True` as a displayed partial score."""
    answer = f"def step_decay(t, *, lr0, gamma, every):\n    return {value}"
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=answer))


SUBCLASS = """
class Chameleon(np.ndarray):
    def __array__(self, dtype=None, copy=None): return np.full(self.shape, 0.5)
    def __array_function__(self, *ignored): return True
    def __array_ufunc__(self, *ignored, **more): return np.bool_(True)
    def __eq__(self, other): return np.bool_(True)
def sgd_step(w, grad, lr):
    return w.view(Chameleon)
"""


def test_an_array_subclass_that_lies_earns_nothing(classroom):
    """Stock nbgrader gives full marks: `np.testing.assert_allclose` asks the subclass."""
    report = grade_source("sgd_step", SUBCLASS, 1, sandbox=classroom.sandbox)
    assert report.score == 0


PATCHES = """
import builtins, math
import numpy as np
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
builtins.abs = lambda x: 0.0
builtins.isinstance = lambda *a: True
math.isclose = lambda *a, **k: True
builtins.sum = lambda *a: 0
"""


def test_patched_comparisons_earn_nothing(classroom):
    """Stock nbgrader gives full marks: its tests run in the patched process.

    What the patches break in the student's own functions is the student's loss.
    """
    graded = classroom.grade_with(first=[PATCHES], step_decay=PATCHES + WRONG)
    assert graded.reports["step_decay"].score == 0
    assert graded.reports["epochs_to_steps"].passed


CHECKER = """
import atexit, gc, sys, types
import autograders
autograders.check = lambda *a, **k: 10
for name in list(sys.modules):
    if name.startswith("autograders"):
        for key, value in list(vars(sys.modules[name]).items()):
            if isinstance(value, types.FunctionType) and key in ("judge", "check", "score"):
                setattr(sys.modules[name], key, lambda *a, **k: 10)
sys.modules["autograders.judging.judge"] = types.ModuleType("judge")
sys.modules["numpy.testing"] = types.ModuleType("testing")
atexit.register(lambda: print("score: 10"))
"""


def test_a_patched_checker_earns_nothing(classroom):
    """Stock nbgrader gives full marks: the checker lives in the student's kernel."""
    graded = classroom.grade_with(first=[CHECKER], step_decay=CHECKER + WRONG)
    assert only_step_decay_is_lost(graded)


SEARCH = """
import gc, sys
def around():
    frame, names = sys._getframe(), []
    while frame is not None:
        names += [*frame.f_locals, *frame.f_globals]
        frame = frame.f_back
    return names
def step_decay(t, *, lr0, gamma, every):
    return sorted(set(around()))
seen = [type(o).__module__ + "." + type(o).__name__ for o in gc.get_objects()]
seen = sorted(name for name in set(seen) if "grader" in name)
modules = sorted(name for name in sys.modules if "grader" in name)
"""


def test_no_expected_value_is_anywhere_in_the_process(classroom):
    """Stock nbgrader gives in: hidden tests and their values are in the kernel's frames."""
    held = classroom.probe(SEARCH) + classroom.probe(SEARCH, "modules")
    assert not [name for name in held if "judge" in name or "exercise" in name or "plan" in name]
    memory = (
        "try:\n    open('/proc/self/mem', 'rb')\nexcept OSError as e:\n    seen = type(e).__name__"
    )
    assert classroom.probe(memory) == "FileNotFoundError"
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=SEARCH))


@pytest.mark.parametrize(
    "theft",
    [
        "from lrlib.schedules import StepDecay",
        "from lrlib import StepDecay",
        "import lrlib\nStepDecay = lrlib.StepDecay",
        "import importlib\nStepDecay = importlib.import_module('lrlib.schedules').StepDecay",
    ],
)
def test_importing_the_reference_says_that_it_is_withheld(classroom, theft):
    """Stock nbgrader gives in when the reference is installed beside the kernel."""
    answer = theft + "\ndef step_decay(t, **k):\n    return StepDecay(**k)(t)"
    graded = classroom.grade_with(step_decay=answer)
    assert only_step_decay_is_lost(graded)
    assert any("reference" in note and "not available" in note for note in graded.notes)


def test_the_reference_is_not_found_on_disk(classroom):
    """Stock nbgrader gives in: tests, solutions and the source folder can be read."""
    hunt = """
import os
seen = []
for root, folders, files in os.walk("/"):
    for name in files:
        path = os.path.join(root, name)
        if "lrlib" in path or "autograders" in path or name.endswith(("book.db", ".ipynb")):
            seen.append(name)
"""
    assert classroom.probe(hunt) == []


def test_values_built_in_from_the_visible_cases_do_not_hold_for_others(classroom):
    """Stock nbgrader gives full marks for visible asserts; grading draws fresh inputs."""
    from autograders.judging.plan import PUBLIC_SEED, plan_for

    from .classroom import UNIT, of_unit

    plan = plan_for(of_unit(UNIT)["step_decay"], PUBLIC_SEED)
    table = {
        (int(case.args[0]), *(float(v) for v in case.kwargs.values())): float(want)
        for case, want in zip(plan.cases, plan.expected)
    }
    answer = (
        f"TABLE = {table!r}\n"
        "def step_decay(t, *, lr0, gamma, every):\n"
        "    return TABLE.get((int(t), float(lr0), float(gamma), float(every)), 1.5)"
    )
    report = classroom.grade_with(step_decay=answer).reports["step_decay"]
    held = {finding.property for finding in report.findings if finding.passed}
    assert not held & {"values", "boundary"}
    assert report.score < report.max_score / 2


def test_patched_random_seeds_change_no_input(classroom):
    """Stock nbgrader gives in: a test that draws its inputs draws what the student arranged."""
    patch = (
        "import random\nimport numpy as np\n"
        "np.random.seed = random.seed = lambda *a: None\n"
        "np.random.default_rng = lambda *a: None\n"
        "np.random.rand = lambda *shape: np.zeros(shape)\n"
    )
    assert only_step_decay_is_lost(classroom.grade_with(first=[patch], step_decay=patch + WRONG))


@pytest.mark.parametrize(
    "answer",
    [
        "def sgd_step(w, grad, lr):\n    w -= lr * grad\n    return w",
        "def sgd_step(w, grad, lr):\n    return np.subtract(w, lr * grad, out=w)",
        "memory = {}\n"
        "def sgd_step(w, grad, lr):\n"
        "    out = memory.setdefault(w.shape, np.empty_like(w))\n"
        "    out[...] = w - lr * grad\n"
        "    grad[...] = 0\n"
        "    return out",
    ],
)
def test_changed_or_shared_inputs_are_seen(classroom, answer):
    """Stock nbgrader is blind unless the test's author thought of it."""
    report = grade_source("sgd_step", answer, 1, sandbox=classroom.sandbox)
    assert not report.passed
    assert not next(f for f in report.findings if f.property == "purity").passed


def test_shipped_modules_are_never_imported(classroom, tmp_path):
    """Stock nbgrader imports a `numpy.py` from the submission's folder."""
    from autograders.submission.files import find_notebook
    from autograders.submission.intake import read_submission

    from .classroom import SEED, UNIT, grade_submission

    for name in ("numpy.py", "sitecustomize.py", "conftest.py", "evil.pth", "usercustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken over')\n")
    (tmp_path / f"{UNIT}.ipynb").write_bytes(handed_in(step_decay=WRONG))
    path, notes = find_notebook(tmp_path, UNIT)
    submission = read_submission(path, classroom.master)
    assert notes == ()
    assert only_step_decay_is_lost(grade_submission(submission, UNIT, classroom.sandbox, SEED))


@pytest.mark.parametrize("name", ["numpy.py", "sitecustomize.py", "autograders.py", "x.pth"])
def test_a_module_left_behind_reaches_nobody_else(classroom, name):
    """Written into the working folder by one submission, it is gone before the next one runs."""
    wrote = f"open({name!r}, 'w').write('raise SystemExit')\nimport os\nseen = os.listdir('.')"
    assert classroom.probe(wrote) == [name]
    assert classroom.probe("import os\nseen = os.listdir('.')") == []


def test_the_gradebook_cannot_be_edited(classroom, gradebook):
    """Stock nbgrader gives in: an sqlite `UPDATE` of gradebook.db from the notebook."""
    update = f"""
import sqlite3
with sqlite3.connect({str(gradebook)!r}) as connection:
    connection.execute("UPDATE grade SET score = 20 WHERE student = 'mallory'")
"""
    graded = classroom.grade_with(update, step_decay=update + WRONG)
    assert functions(graded)["step_decay"] == 0


def test_another_submission_cannot_be_written(classroom):
    """Stock nbgrader gives in: the kernel runs as the instructor."""
    sabotage = f"""
from pathlib import Path
for path in Path({str(classroom.folder)!r}).rglob("*"):
    path.write_text("")
for path in Path({str(classroom.folder)!r}).parents:
    (path / "x").write_text("")
"""
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=WRONG + sabotage))


def test_another_live_kernel_cannot_be_reached(classroom):
    """Stock nbgrader gives in: connection files and ports of other kernels are open to it."""
    import socket
    import threading

    listener = socket.create_server(("127.0.0.1", 0))
    reached = threading.Event()

    def wait():
        try:
            listener.accept()
            reached.set()
        except OSError:
            pass

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    knock = f"""
import socket
seen = []
for family, address in ((socket.AF_INET, ("127.0.0.1", {listener.getsockname()[1]})),
                        (socket.AF_UNIX, "\\0jupyter")):
    try:
        socket.socket(family).connect(address)
        seen.append("connected")
    except OSError as error:
        seen.append(type(error).__name__)
"""
    try:
        assert classroom.probe(knock) == ["PermissionError", "PermissionError"]
        assert not reached.is_set()
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_saved_outputs_earn_nothing(classroom):
    """Saved outputs that show full marks are never read."""
    cells = released_cells({**RIGHT, "step_decay": WRONG})
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "10"},
                                "metadata": {}, "execution_count": 1}]  # fmt: skip
    assert only_step_decay_is_lost(classroom.grade(notebook(cells)))


@pytest.mark.parametrize("blank", [STUBS["step_decay"], "", "step_decay = None", "# nothing"])
def test_an_unanswered_function_earns_nothing(classroom, blank):
    """Stock nbgrader's `determine_grade` fails open: no output at all is full marks."""
    graded = classroom.grade_with(step_decay=blank)
    assert only_step_decay_is_lost(graded)
    if blank != "step_decay = None":
        assert graded.reports["step_decay"].status == UNWRITTEN


def test_prints_and_warnings_cost_nothing(classroom):
    """Stock nbgrader fails unfairly: anything on stderr is zero."""
    loud = RIGHT["step_decay"].replace(
        "    return",
        "    import sys, warnings\n    print('hello')\n    print('oh', file=sys.stderr)\n"
        "    warnings.warn('careful')\n    return",
    )
    assert classroom.grade_with(step_decay=loud).reports["step_decay"].status == FULL


FRAMES = {
    "early": "send(wire.encode({'failed': []}))\nsend(wire.encode({'answers': [{'result': 1.0}]}))",
    "garbage": "send(b'\\xff' * 64)",
    "oversized": "send(b'\\x7f\\xff\\xff\\xff\\x7f\\xff\\xff\\xff')",
    "wrong shape": "send(wire.encode([1, 2, 3]))",
    "a pickle": "import pickle\nsend(pickle.dumps(print))",
    "an object array": (
        "import json\nh = json.dumps(['a', '|O', [1]]).encode()\n"
        "send(wire.LENGTHS.pack(len(h), 8) + h + b'12345678')"
    ),
    "huge array": (
        "import json\nh = json.dumps(['a', '<f8', [10**9, 10**9]]).encode()\n"
        "send(wire.LENGTHS.pack(len(h), 0) + h)"
    ),
    "deep header": ("h = b'[' * 100000 + b']' * 100000\nsend(wire.LENGTHS.pack(len(h), 0) + h)"),
    "endless": "\nwhile True: send(wire.encode({'failed': []}))",
    "half a frame": "send(b'\\0\\0')\nos._exit(0)",
}
FIND_CHANNEL = """
import os
import autograders.protocol.codec as wire
import stat
channels = []
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            channels.append(fd)
    except OSError:
        pass
def send(data):
    for fd in channels:
        os.write(fd, data)
"""


@pytest.mark.parametrize("kind", FRAMES)
def test_forged_frames_are_numbers_at_most(classroom, kind):
    """Frames sent by student code are wrong numbers or refused ones, never a verdict."""
    attack = FIND_CHANNEL + FRAMES[kind]
    graded = classroom.grade_with(step_decay=attack + "\n" + WRONG)
    assert graded.reports["step_decay"].score == 0
    assert graded.faults == ()


PICKLE = """
import os, pickle
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch /tmp/exploded",))
def step_decay(t, *, lr0, gamma, every):
    return [Bomb(), pickle.dumps(Bomb()), np.array([Bomb()], dtype=object)]
"""


def test_a_pickle_payload_is_never_loaded(classroom, tmp_path):
    """A result that would run code when unpickled crosses as the name of its type."""
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=PICKLE))


def test_a_forged_test_cell_adds_no_points(classroom):
    """A cell that claims to be worth 100 points is a cell of the student's own."""
    from .classroom import meta

    cells = released_cells({**RIGHT, "step_decay": WRONG})
    cells.append(code("10", meta("check_bonus", grade=True, locked=True, points=100)))
    graded = classroom.grade(notebook(cells))
    assert only_step_decay_is_lost(graded)
    assert "check_bonus" not in str(graded.reports)
