"""Code as it stands in projects is known by its convention, and its difference is measured."""

import numpy as np
import pytest

from lrlib.__main__ import main
from lrlib.bridge import compare

NANO = "learning_rate, warmup_iters, lr_decay_iters, min_lr = 6e-4, 20, 200, 6e-5\n"
CURVE = """
def get_lr(it):
    if it < {held}:
        return learning_rate * {ramp}
    share = min(1.0, (it - warmup_iters) / {length})
    return min_lr + {fall} * (learning_rate - min_lr)
"""
COSINE, LINE = "0.5 * (1.0 + math.cos(math.pi * share))", "(1 - share)"
WHOLE = "(lr_decay_iters - warmup_iters)"


def curve(ramp="(it + 1) / warmup_iters", length=WHOLE, fall=COSINE):
    body = CURVE.format(held="warmup_iters", ramp=ramp, length=length, fall=fall)
    return "import math\n" + NANO + body


def config(lines):
    body = "\n".join(f"    {line}" for line in lines.split("\n"))
    return (
        "import numpy as np\n"
        "def rule(w, dw, config=None):\n"
        "    lr, mu = config['learning_rate'], config['momentum']\n"
        "    v = config.get('velocity', np.zeros_like(w))\n"
        f"{body}\n    config['velocity'] = v\n    return w, config\n"
    )


def rms(below):
    return (
        "import numpy as np\n"
        "def rmsprop(x, dx, config=None):\n"
        "    rho = config['decay_rate']\n"
        "    c = rho * config.get('cache', 0 * x) + (1 - rho) * dx ** 2\n"
        "    config['cache'] = c\n"
        f"    return x - config['learning_rate'] * dx / {below}, config\n"
    )


def adam(change, before="", head="w, g, m, v, t, lr, beta1, beta2, eps", after=""):
    return (
        f"import numpy as np\ndef adam({head}):\n    {before or 'pass'}\n"
        "    m = beta1 * m + (1 - beta1) * g\n    v = beta2 * v + (1 - beta2) * g * g\n"
        "    mh, vh = m / (1 - beta1 ** t), v / (1 - beta2 ** t)\n"
        f"    new = w - {change}\n    {after or 'pass'}\n    return new, m, v\n"
    )


DECAYED = "w, g, m, v, t, lr, beta1, beta2, eps, weight_decay"
USUAL = "lr * mh / (np.sqrt(vh) + eps)"
ADA = "def ada(w, grad, state, lr):\n    state += grad ** 2\n    return w - lr * grad / {}, state\n"
KERAS = "import math\ndef schedule(epoch, lr):\n    {}\n"

PIECES = {
    "nano: warmup from 0": (
        curve("it / warmup_iters"),
        ("Warmup and CosineDecay", "warmup from 0; cosine ending at steps", (0, 19)),
    ),
    "nano: warmup from 1/n": (
        curve(),
        ("Warmup and CosineDecay", "warmup from 1/n; cosine ending at steps", None),
    ),
    "nano: warmup from 1/(n + 1)": (
        curve("(it + 1) / (warmup_iters + 1)"),
        ("Warmup and CosineDecay", "warmup from 1/(n + 1); cosine ending at steps", (0, 19)),
    ),
    "nano: one too short": (
        curve(length="(lr_decay_iters - 1 - warmup_iters)"),
        ("Warmup and CosineDecay", "warmup from 1/n; cosine ending at steps - 1", (21, 199)),
    ),
    "nano: warmup not counted": (
        curve(length="lr_decay_iters"),
        (
            "Warmup and CosineDecay",
            "warmup from 1/n; cosine warmup not counted in the steps",
            (21, 219),
        ),
    ),
    "a straight line after warmup": (
        curve(fall=LINE),
        ("Warmup and PolynomialDecay", "warmup from 1/n; linear ending at steps", None),
    ),
    "cosine, settings as defaults": (
        "import math\ndef lr_at(step, max_lr=0.1, max_steps=50):\n"
        "    return max_lr / 2 * (1 + math.cos(math.pi * min(step / max_steps, 1)))\n",
        ("CosineDecay", "cosine ending at steps", None),
    ),
    "keras: factor from the first epoch on": (
        KERAS.format("return lr * 0.9"),
        ("ExponentialDecay", "smaller already at 0", (0, 59)),
    ),
    "keras: hold for ten epochs": (
        KERAS.format("return lr if epoch < 10 else lr * math.exp(-0.1)"),
        (
            "ExponentialDecay",
            "the first rate up to 9, then a constant factor for each count",
            (1, 59),
        ),
    ),
    "keras: compounding": (
        KERAS.format("return lr * 0.99 ** epoch"),
        (
            "ExponentialDecay",
            "compounding: gamma**epoch multiplies a rate that was multiplied before",
            (2, 59),
        ),
    ),
    "keras: halved every ten": (
        KERAS.format("return lr * 0.5 if epoch and epoch % 10 == 0 else lr"),
        ("StepDecay", "a drop at every multiple; every 10", None),
    ),
    "keras: halved at 0 too": (
        KERAS.format("return lr * 0.5 if epoch % 10 == 0 else lr"),
        ("StepDecay", "a drop also at 0; every 10", (0, 59)),
    ),
    "step decay that counts from 1": (
        "def rate(epoch):\n    return 0.1 * 0.5 ** ((1 + epoch) // 10)\n",
        ("StepDecay", "drops at 9, 19, ... in place of multiples; every 10", (9, 289)),
    ),
    "inverse time": (
        "def rate(t):\n    return 0.2 / (1 + 0.05 * t)\n",
        ("InverseTimeDecay", "lr/(1 + rate*t)", None),
    ),
    "config: sgd": (config("w = w - lr * dw"), ("SGD", "w -= lr*g", None)),
    "config: rate inside": (
        config("v = mu * v - lr * dw\nw = w + v"),
        ("Momentum", "the rate inside the velocity (v = mu*v - lr*g), as in Keras", (2, 5)),
    ),
    "config: plain momentum": (
        config("v = mu * v + dw\nw = w - lr * v"),
        ("Momentum", "v = mu*v + g, w -= lr*v, as in PyTorch", None),
    ),
    "config: moving average": (
        config("v = mu * v + (1 - mu) * dw\nw = w - lr * v"),
        ("Momentum", "v as a moving average, (1 - mu)*g", (0, 5)),
    ),
    "config: Nesterov of Sutskever": (
        config("old = v\nv = mu * v - lr * dw\nw = w - mu * old + (1 + mu) * v"),
        (
            "Nesterov",
            "Nesterov with the rate inside the velocity, as in Sutskever",
            (2, 5),
        ),
    ),
    "config: Nesterov of PyTorch": (
        config("v = mu * v + dw\nw = w - lr * (dw + mu * v)"),
        ("Nesterov", "Nesterov in PyTorch's form, w -= lr*(g + mu*v)", None),
    ),
    "config: RMSprop": (
        rms("(np.sqrt(c) + config['epsilon'])"),
        ("RMSprop", "eps outside the root", None),
    ),
    "config: RMSprop, its own eps": (
        rms("(np.sqrt(c) + 1e-8)"),
        ("RMSprop", "eps outside the root", None),
    ),
    "Adam, its own settings": (
        adam(
            USUAL,
            head="w, g, m, v, t, lr",
            before="beta1, beta2, eps = 0.9, 0.999, 1e-8",
        ),
        ("Adam", "eps outside the root", None),
    ),
    "config: RMSprop, eps inside": (
        rms("np.sqrt(c + config['epsilon'])"),
        ("RMSprop", "eps inside the root", (0, 5)),
    ),
    "AdaGrad, its own eps": (
        "import numpy as np\n" + ADA.format("(np.sqrt(state) + 1e-7)"),
        ("AdaGrad", "eps outside the root", None),
    ),
    "AdaGrad, its own eps inside": (
        "import numpy as np\n" + ADA.format("np.sqrt(state + 1e-6)"),
        ("AdaGrad", "eps inside the root", (0, 5)),
    ),
    "Adam": (adam(USUAL), ("Adam", "eps outside the root", None)),
    "Adam, eps inside": (
        adam("lr * mh / np.sqrt(vh + eps)"),
        ("Adam", "eps inside the root", (0, 5)),
    ),
    "Adam, correction in the rate": (
        adam("lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)"),
        ("Adam", "bias correction in the rate (the epsilon-hat form), as in Keras", (0, 5)),
    ),
    "Adam without correction": (
        adam("lr * m / (np.sqrt(v) + eps)"),
        ("Adam", "eps outside the root; no bias correction", (0, 5)),
    ),
    "Adam, t from 2": (
        adam(USUAL, before="t = t + 1"),
        ("Adam", "eps outside the root; t starts at 2", (0, 5)),
    ),
    "Adam with L2": (
        adam(USUAL, before="g = g + weight_decay * w", head=DECAYED),
        ("Adam", "eps outside the root; L2: the decay is added to the gradient", None),
    ),
    "AdamW": (
        adam(USUAL, head=DECAYED, after="new = new - lr * weight_decay * w"),
        ("AdamW", "eps outside the root; decoupled decay, lr*wd*w", None),
    ),
    "AdamW, decay without the rate": (
        adam(USUAL, head=DECAYED, after="new = new - weight_decay * w"),
        ("AdamW", "eps outside the root; decoupled decay without the rate, wd*w", (0, 5)),
    ),
    "a moving average with beta1": (
        "def step(w, g, v, lr, beta1):\n"
        "    v = beta1 * v + (1 - beta1) * g\n    return w - lr * v, v\n",
        ("Momentum", "v as a moving average, (1 - mu)*g", (0, 5)),
    ),
    "a count among the states": (
        "import numpy as np\ndef adam(w, grad, m, v, t, lr, beta1, beta2, eps):\n"
        "    t = t + 1\n    m = beta1 * m + (1 - beta1) * grad\n"
        "    v = beta2 * v + (1 - beta2) * grad**2\n"
        "    rate = lr / (1 - beta1**t)\n"
        "    return w - rate * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t\n",
        ("Adam", "eps outside the root", None),
    ),
    "a state made at the first step": (
        "import numpy as np\ndef step(p, grad, state, lr, momentum):\n"
        "    state['v'] = momentum * state.get('v', 0) + grad\n"
        "    p -= lr * state['v']\n",
        ("Momentum", "v = mu*v + g, w -= lr*v, as in PyTorch", None),
    ),
}


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "mine.py"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_public_style_is_known_by_its_convention(piece, written):
    text, (like, convention, differs) = PIECES[piece]
    (one,) = compare(written(text))
    assert (one.like, one.convention) == (like, convention), one.text
    got = (one.differs[0], one.differs[-1]) if one.differs else None
    assert got == differs, one.text
    assert (one.largest > 1e-6) == bool(differs)


def test_the_size_of_a_difference_is_that_of_the_numbers(written):
    (one,) = compare(written(curve("it / warmup_iters")))
    assert one.largest == pytest.approx(1 / 20) and "first at count 0" in one.text
    (one,) = compare(written(KERAS.format("return lr * 0.9")))
    assert one.largest == pytest.approx(0.1)
    text = adam(USUAL, head=DECAYED, after="new = new - weight_decay * w")
    (one,) = compare(written(text))
    assert one.largest > 0.05


def test_an_unknown_rule_is_called_unknown_and_measured(written):
    (one,) = compare(written("def step(w, g, state, lr):\n    return w - 3 * lr * g, state\n"))
    assert one.convention == "" and one.differs == tuple(range(6))
    assert "follows no known convention; the nearest is" in one.text and np.isfinite(one.largest)
    (one,) = compare(written("def get_lr(it):\n    return 0.1 + it % 7 * 0.01\n"))
    assert "no known decay" in one.text and "learning_rate" in one.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("async def get_lr(it):\n    return 0.1\n", "an async function"),
        ("def get_lr(it):\n    yield 0.1\n", "a generator"),
        ("class Mine:\n    pass\n", "a class"),
        ("def get_lr(it):\n    return 0.1 / it\n", "ZeroDivisionError"),
    ],
)
def test_what_cannot_be_asked_is_said_in_plain_words(text, says, written):
    (one,) = compare(written(text))
    assert says in one.text and not one.convention


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n", "it defines no function. Looked for functions"),
        ("def load(path):\n    return path\n", r"it has load\(path\)"),
        ("import not_installed_anywhere\n", "does not run here: ModuleNotFoundError"),
        ("def get_lr(it:\n", "does not run here: SyntaxError"),
        ("import os\nos._exit(3)\n", "ended its process"),
        ("while True:\n    pass\n", "did not end within 2 s"),
    ],
)
def test_a_file_with_nothing_to_compare_is_told_why(text, says, written):
    with pytest.raises(ValueError, match=says):
        compare(written(text), seconds=2)


def test_the_command_answers_0_where_all_is_equal_1_where_not_2_without_a_file(written, capsys):
    assert main(["compare", str(written("print('hello')\n" + adam(USUAL)))]) == 0
    assert "equals lrlib's in all 6 updates" in capsys.readouterr().out
    assert main(["compare", str(written(curve("it / warmup_iters")))]) == 1
    assert main(["compare", "absent.py"]) == 2
    assert "a Python file was expected" in capsys.readouterr().err
