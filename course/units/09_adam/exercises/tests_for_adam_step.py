"""The tests of a step of Adam, written by the learner: which wrong versions do they catch?"""

from __future__ import annotations

import numpy as np

from autograders.declare.contract import Contract, Entries, Real, Whole, same_shape
from autograders.judging.suites import FaultKind, tests_for

from .adam_step import ADAM_STEP

SHARE = Real(least=0, below=1)


def _case(w, grad, m, v, t, *, lr=0.5, beta1=0.5, beta2=0.75, eps=0.25):
    """A call with one parameter and the moments that come back, by the formula of the contract."""
    new_m, new_v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    length = new_m / (1 - beta1**t) / ((new_v / (1 - beta2**t)) ** 0.5 + eps)
    arguments = {"t": t, "lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    arrays = {"w": w, "grad": grad, "m": m, "v": v}
    arguments |= {name: np.array([float(value)]) for name, value in arrays.items()}
    return arguments, tuple(np.array([value]) for value in (w - lr * length, new_m, new_v))


def _model():
    first = _case(1.0, 4.0, 0.0, 0.0, 1)
    return [first, _case(1.0, -2.0, 3.0, 7.0, 3), _case(1.0, 1.0, -2.0, 5.0, 40), first]


TESTS_FOR_ADAM_STEP = tests_for(
    ADAM_STEP,
    contract=Contract(
        {
            "w": Entries(),
            "grad": Entries(),
            "m": Entries(),
            "v": Entries(least=0),
            "t": Whole(least=1),
            "lr": Real(above=0),
            "beta1": SHARE,
            "beta2": SHARE,
            "eps": Real(above=0),
        },
        together=same_shape("w", "grad", "m", "v"),
    ),
    accepts=0.5,
    kinds={
        "clock": FaultKind(
            "catches a wrong clock or a wrong correction",
            "ask at t = 1, where the correction is largest, and at a later t from moments that are "
            "not 0",
            1,
            (
                "starts-at-two",
                "starts-at-zero",
                "no-bias-correction",
                "corrects-only-the-first-moment",
                "corrects-only-the-second-moment",
                "divides-by-one-minus-beta",
            ),
        ),
        "eps": FaultKind(
            "catches an eps in the wrong place",
            "an eps of 1e-8 can be anywhere without being seen: make it large enough to count",
            0.5,
            ("eps-inside-the-root", "epsilon-hat"),
        ),
        "moments": FaultKind(
            "catches wrong moments",
            "expect m and v as well as w, with two different betas, old moments other than 0, and a "
            "gradient below 0",
            1,
            (
                "stores-corrected-moments",
                "swaps-the-betas",
                "swaps-the-weights",
                "second-moment-without-square",
                "uses-the-old-moments",
                "returns-the-old-moments",
            ),
        ),
        "step": FaultKind(
            "catches a step of the wrong length or direction",
            "let the old m disagree with the new gradient, and take gradients other than 1",
            0.5,
            ("forgets-the-root", "steps-along-the-gradient", "climbs"),
        ),
        "repeat": FaultKind(
            "catches a version that writes into its inputs",
            "two calls with the same arrays have to give the same",
            0.5,
            ("changes-its-inputs",),
        ),
    },
    model=_model,
)


@TESTS_FOR_ADAM_STEP.variant
def two_parameters_at_once():
    def join(*cases):
        arguments = dict(cases[0][0])
        for name in ("w", "grad", "m", "v"):
            arguments[name] = np.concatenate([case[0][name] for case in cases])
        return arguments, [np.concatenate(parts) for parts in zip(*(case[1] for case in cases))]

    first = join(_case(1.0, 4.0, 0.0, 0.0, 1), _case(-1.0, -0.5, 0.0, 0.0, 1))
    later = join(_case(2.0, -2.0, 3.0, 7.0, 9), _case(-1.0, 3.0, 1.0, 4.0, 9))
    return [first, later, later]


@TESTS_FOR_ADAM_STEP.variant
def a_run_of_five():
    cases, w, m, v = [], 0.5, 0.0, 0.0
    for t, grad in enumerate([4.0, -2.0, 4.0, 0.5, -8.0], start=1):
        cases.append(_case(w, grad, m, v, t))
        w, m, v = (float(array[0]) for array in cases[-1][1])
    return [*cases, cases[1]]


@TESTS_FOR_ADAM_STEP.variant
def of_other_shapes_and_kinds():
    shaped = []
    for arguments, expected in _model():
        column = {
            name: value.reshape(1, 1) if isinstance(value, np.ndarray) else value
            for name, value in arguments.items()
        }
        column["t"] = np.int64(column["t"])
        shaped.append([column, [part.reshape(1, 1) for part in expected]])
    return shaped


@TESTS_FOR_ADAM_STEP.variant
def backwards():
    return tuple(reversed(_model()))


@TESTS_FOR_ADAM_STEP.variant
def with_the_usual_betas():
    usual = {"beta1": 0.9, "beta2": 0.999, "lr": 0.1, "eps": 0.5}
    return [
        _case(2.0, 0.5, 0.0, 0.0, 1, **usual),
        _case(2.0, -3.0, 1.0, 4.0, 2, **usual),
        _case(2.0, -3.0, 1.0, 4.0, 500, **usual),
        _case(2.0, -3.0, 1.0, 4.0, 2, **usual),
    ]


@TESTS_FOR_ADAM_STEP.misconception(
    "only-the-first-update",
    where="Which t do your cases ask for, and which moments go in?",
    why="At t = 1 from moments of 0 the average is the gradient: half of Adam has no say yet.",
    how="Add a case with t = 3, and an m and a v other than 0.",
)
def at_one_only():
    first = _case(1.0, 4.0, 0.0, 0.0, 1)
    return [first, first]


@TESTS_FOR_ADAM_STEP.misconception(
    "only-late-updates",
    where="What is 1 - beta**t in your cases?",
    why="Late in a run the corrections are 1 to many digits, so nobody can see them.",
    how="Add the very first update: t = 1, with m and v of 0.",
)
def late_only():
    late = _case(1.0, -2.0, 3.0, 7.0, 200)
    return [late, late]


@TESTS_FOR_ADAM_STEP.misconception(
    "an-eps-too-small-to-see",
    where="Change eps in your cases: does any expected digit change?",
    why="With 1e-8 it does not matter for your numbers where eps stands, so a wrong place passes.",
    how="Give your cases an eps of 0.25 or so.",
)
def with_the_default_eps():
    first = _case(1.0, 4.0, 0.0, 0.0, 1, eps=1e-8)
    return [first, _case(1.0, -2.0, 3.0, 7.0, 3, eps=1e-8), first]


@TESTS_FOR_ADAM_STEP.misconception(
    "t-starts-at-zero",
    where="Which t has your first update?",
    why="The contract says that t is 1 for the first update; 1 - beta**0 would be a division by 0.",
    how="Count this update: begin with t = 1.",
)
def counts_from_zero():
    later = _case(1.0, -2.0, 3.0, 7.0, 3)
    return [({**_case(1.0, 4.0, 0.0, 0.0, 1)[0], "t": 0}, _model()[0][1]), later, later]


@TESTS_FOR_ADAM_STEP.misconception(
    "corrected-moments-expected",
    where="Which m and v does your list expect: those used for the step, or those that are kept?",
    why="The kept moments stay uncorrected, else each update would correct them once more.",
    how="Expect m = beta1 * m + (1 - beta1) * grad as it is, and the like for v.",
)
def hats_expected():
    cases = []
    for arguments, (w, m, v) in [*_model(), _case(1.0, -2.0, 3.0, 7.0, 200)]:
        t = arguments["t"]
        cases.append((arguments, (w, m / (1 - 0.5**t), v / (1 - 0.75**t))))
    return cases


@TESTS_FOR_ADAM_STEP.misconception(
    "equal-betas",
    where="How do beta1 and beta2 differ in your cases?",
    why="If they are equal, a version that mixes them up gives the same numbers.",
    how="Take two betas that are clearly different, such as 0.5 and 0.75.",
)
def one_beta_for_both():
    first = _case(1.0, 4.0, 0.0, 0.0, 1, beta2=0.5)
    return [first, _case(1.0, -2.0, 3.0, 7.0, 3, beta1=0.75), first]


@TESTS_FOR_ADAM_STEP.misconception(
    "each-array-once",
    where="Do the same arrays go into two of your cases?",
    why="A version that writes into its inputs gives the right answer once; the next call suffers.",
    how="Put a case twice into the list: the second answer has to equal the first.",
)
def arrays_of_their_own():
    return [
        _case(1.0, 4.0, 0.0, 0.0, 1),
        _case(2.0, -2.0, 3.0, 7.0, 3),
        _case(3.0, 1.0, -2.0, 5.0, 40),
    ]


@TESTS_FOR_ADAM_STEP.misconception(
    "expects-w-alone",
    where="How many results does adam_step return?",
    why="The moments are half of the contract: what is forgotten there shows one update later.",
    how="Expect three arrays: (w, m, v).",
)
def weights_only():
    return [(arguments, expected[0]) for arguments, expected in _model()]


@TESTS_FOR_ADAM_STEP.misconception(
    "gradients-of-one",
    where="Square your gradients: does anything change?",
    why="1 is its own square and its own root, so a missing square or root cannot be seen.",
    how="Take gradients such as 4 and -2, and moments other than 0 and 1.",
)
def ones_everywhere():
    first = _case(1.0, 1.0, 0.0, 0.0, 1)
    return [first, _case(1.0, 1.0, 1.0, 1.0, 3), first]
