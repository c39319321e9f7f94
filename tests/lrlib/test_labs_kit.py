"""The drawing kit and the frame of the labs, without a browser."""

from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from traitlets.config import Config

import start
from lrlib import labs
from lrlib.labs.kit import Axis, Log, Picture, Span, number
from lrlib.labs.kit.jupyter import knob
from lrlib.labs.kit.live import LiveRun, LiveRuns, TightNetwork, digits_network
from lrlib.labs.kit.own import LearnerError, forget_answers, plugged, rates_from
from lrlib.optimizers import SGD


def points(svg: str, kind: str) -> np.ndarray:
    """The corners of the first polyline whose class starts with `kind`, in pixels."""
    for node in ET.fromstring(svg).iter("polyline"):
        if node.attrib["class"].startswith(kind):
            return np.array(
                [[float(v) for v in p.split(",")] for p in node.attrib["points"].split()]
            )
    raise AssertionError(f"no {kind} in the picture")


def test_a_line_on_logarithmic_axes_is_straight_where_a_power_law_is_drawn() -> None:
    picture = Picture(400, 300)
    panel = picture.panel(Axis(1, 1000, log=True), Axis(1e-6, 1, log=True), left=50, right=50)
    x = np.geomspace(1, 1000, 7)
    panel.line(x, x**-2.0)
    found = points(picture.render("a power law"), "ln")
    assert np.allclose(found, [[0, 0], [300, panel.height]], atol=0.06)


def test_a_line_keeps_every_point_at_which_it_turns_or_breaks_and_no_other() -> None:
    picture = Picture(400, 300)
    panel = picture.panel(Axis(0, 12), Axis(0, 2), left=0, right=0)
    panel.line(np.arange(13), [1, 1, 1, 1, 0, 0, 0, np.nan, 0, 0.5, 1, 1.5, 1.5001])
    root = ET.fromstring(picture.render("a fall, a gap, a climb"))
    kept = [
        [round(float(p.split(",")[0]) / 400 * 12) for p in node.attrib["points"].split()]
        for node in root.iter("polyline")
    ]
    assert kept == [[0, 3, 4, 6], [8, 11, 12]]


def test_a_key_of_the_legend_looks_as_its_series_does_in_the_picture() -> None:
    picture = Picture()
    above, below = (picture.panel(Axis(0, 1), Axis(0, 1), bottom=200) for _ in range(2))
    above.legend([("bold", 0), ("thin", 1), ("marked", 2)], ghost="pinned")
    for series, thin in ((0, False), (1, True), (1, True), (2, False)):
        above.line([0, 1], [0, 1], series=series, thin=thin)
    below.markers([0.5], [0.5], series=2)
    below.markers([0.5], [0.5], series=1, ghost=True)
    root = ET.fromstring(picture.render("three series"))
    keys = [node.attrib["class"] for node in root.iter("path") if "h22" in node.attrib["d"]]
    assert keys == ["ln s0", "ln s1 thin", "ln s2", "ln ghost"]
    marks = [node.attrib["class"] for node in root.iter("path") if "mk" in node.attrib["class"]]
    assert sorted(marks) == ["mk ghost", "mk s2", "mk s2"]


def test_a_line_is_broken_at_what_is_not_finite_and_clamped_far_outside() -> None:
    picture = Picture()
    panel = picture.panel(Axis(0, 4), Axis(0, 1))
    panel.line([0, 1, 2, 3, 4], [0.5, 0.6, np.nan, 1e300, 0.1])
    root = ET.fromstring(picture.render("broken"))
    pieces = [node.attrib["points"].split() for node in root.iter("polyline")]
    assert [len(piece) for piece in pieces] == [2, 2]
    assert all(abs(float(v)) <= 1e5 for piece in pieces for p in piece for v in p.split(","))


def test_contours_of_a_circle_lie_on_that_circle() -> None:
    picture = Picture(360, 340)
    panel = picture.panel(Axis(-2, 2), Axis(-2, 2), left=40, right=20, top=20, bottom=20)
    grid = np.linspace(-2, 2, 201)
    panel.contours(grid, grid, grid[:, None] ** 2 + grid**2, [1.0])
    path = next(
        node.attrib["d"]
        for node in ET.fromstring(picture.render("circle")).iter("path")
        if node.attrib["class"] == "ct"
    )
    found = np.array([[float(v) for v in p.split()] for p in path[1:].split("L")])
    assert np.allclose(np.hypot(found[:, 0] - 150, found[:, 1] - 150), 75, atol=0.2)


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (Axis(0, 10), [0, 2, 4, 6, 8, 10]),
        (Axis(1e-3, 10, log=True), [1e-3, 1e-2, 1e-1, 1, 10]),
        (Axis(0.5, 8, log=True), [0.5, 1, 2, 5]),
        (Axis(0, 1, ticks=(0.0, 1.0)), [0, 1]),
    ],
)
def test_ticks_stand_at_round_numbers_inside_the_limits(axis: Axis, expected: list[float]) -> None:
    assert np.allclose(axis.places, expected)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"low": 1, "high": 1}, "low < high"),
        ({"low": 0, "high": np.inf}, "finite"),
        ({"low": 0, "high": 1, "log": True}, "above 0"),
    ],
)
def test_an_axis_without_a_direction_is_refused(options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Axis(**options)


def test_words_from_outside_cannot_become_markup() -> None:
    picture = Picture()
    picture.panel(Axis(0, 1), Axis(0, 1), title="<script>1</script>").text(0.5, 0.5, "a < b & c")
    root = ET.fromstring(picture.render('say "<b>"', alone=True).replace(' xmlns="', ' data-ns="'))
    assert root.attrib["aria-label"] == 'say "<b>"'
    assert not list(root.iter("script"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.1 + 0.2, "0.3"), (99_999, "99999"), (-2.5e-9, "-2.5×10⁻⁹"), (1e6, "10⁶")],
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number(value) == text


def test_the_number_box_keeps_what_was_typed_and_the_slider_gives_round_numbers() -> None:
    made = knob(Log("lr", "Learning rate", 0.01, 1.0, 0.1))
    slider, box = made.children
    assert slider.index == 20 and len(slider.options) == 41
    box.value = 0.3
    assert made.value == 0.3 and slider.label == "0.32"
    slider.index += 1
    assert made.value == 0.35 and box.value == 0.35
    made.value = 0.5
    assert box.value == 0.5 and slider.label == "0.5"


def test_a_span_with_names_says_them_and_its_value_stays_whole_numbers() -> None:
    slider = knob(Span("sgd", "Rates", 0, 2, (0, 2), names=("0.1", "1", "10")))
    assert slider._options_labels == ("0.1", "1", "10")
    slider.value = (1, 2)
    assert slider.index == (1, 2)
    with pytest.raises(ValueError, match=r"a name for each .* 0 to 3 of sgd; got 3 names"):
        Span("sgd", "Rates", 0, 3, (0, 2), names=("0.1", "1", "10"))


def test_the_slider_reaches_both_ends_and_says_what_the_box_says() -> None:
    made = knob(Log("lr", "Learning rate", 0.002, 0.9, 0.1, step=0.04))
    slider, box = made.children
    for index, expected in ((0, 0.002), (len(slider.options) - 1, 0.9), (10, 0.00502)):
        slider.index = index
        assert made.value == box.value == float(slider.label) == expected


def test_while_the_slider_moves_the_number_box_follows_behind_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrlib.labs.kit.jupyter.BOX_SECONDS", 0.001)
    made = knob(Log("lr", "Learning rate", 0.01, 1.0, 0.1))
    slider, box = made.children
    written, pictures = [], []
    box.observe(lambda change: written.append(change["new"]), "value")
    made.observe(lambda change: pictures.append(change["new"]), "value")

    async def drag() -> None:
        for index in (21, 22, 23):
            slider.index = index
        assert written == []
        while not written:
            await asyncio.sleep(0.001)

    asyncio.run(drag())
    assert pictures == [0.11, 0.13, 0.14] and written == [0.14]


def test_the_tight_network_has_the_loss_and_the_gradient_of_the_readable_one() -> None:
    network, rng = digits_network(16), np.random.default_rng(3)
    batches = [rows[: 8 - t] for t, rows in enumerate(islice(network.batches(rng, 8), 6))]
    tight = TightNetwork(network, batches, runs=2)
    tight.w[...] = np.stack([network.init(seed) for seed in (1, 2)])
    lr = np.array([[0.1], [1.0]], np.float32)
    for t, rows in enumerate(batches):
        before = tight.w.copy()
        loss, grad = network.loss_and_grad(before, rows)
        tight.step(t, lr)
        assert tight.losses(t, t + 1)[0] == pytest.approx(loss, rel=1e-5)
        assert np.allclose((before - tight.w) / lr, grad, rtol=1e-4, atol=5e-6)


def test_resumed_training_ends_bit_for_bit_where_training_from_the_start_ends() -> None:
    plans = [np.full(96, 0.1), np.repeat([0.1, 0.01], [50, 46]), np.repeat([0.1, 0.02], [50, 46])]
    plans += [np.full(96, 1e6), np.repeat([0.1, 0.02], [90, 6])]
    again = LiveRun(steps=96)
    for plan in plans:
        resumed, fresh = again(plan), LiveRun(steps=96)(plan)
        assert np.array_equal(resumed.full, fresh.full, equal_nan=True)
        assert np.array_equal(resumed.minibatch, fresh.minibatch, equal_nan=True)


def test_a_schedule_that_gives_no_rate_is_told_at_which_step() -> None:
    with pytest.raises(LearnerError, match=r"at t = 3 the schedule gave -1"):
        rates_from(lambda t: -1 if t == 3 else 0.1, 5)
    with pytest.raises(LearnerError, match="at t = 0 it gave None"):
        rates_from(lambda t: None, 5)


def test_a_fault_in_the_learner_s_function_is_named_with_its_function() -> None:
    with pytest.raises(LearnerError, match="Your step raised ZeroDivisionError: division by zero"):
        plugged(lambda: 1 / 0, "step")()


def test_a_lab_stops_a_learner_s_loop_without_end_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrlib.labs.kit.own.SECONDS", 0.1)

    def sgd_step(w: float, grad: float, lr: float) -> float:
        while lr > 0.5:
            pass
        return w - lr * grad

    lab = labs.step_marble(sgd_step)
    lab.set(lr=0.1, steps=5)
    assert "stopped" not in lab.reading
    lab.set(lr=0.9)
    assert lab.reading == (
        "Your sgd_step was stopped: it was still running after 0.1 s; "
        "look for a loop that does not end."
    )
    lab.set(lr=0.1)
    assert "stopped" not in lab.reading


def test_many_slow_calls_count_together_and_anew_for_each_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrlib.labs.kit.own.SECONDS", 0.2)
    slow = plugged(lambda: time.sleep(0.08), "step")
    forget_answers()
    slow()
    slow()
    with pytest.raises(LearnerError, match="Your step was stopped"):
        slow()
    forget_answers()
    slow()


def test_run_takes_one_step_after_another_while_the_event_loop_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrlib.labs.kit.jupyter.FRAME_SECONDS", 0)
    lab = labs.step_marble()
    widget = lab.widget()
    seen = []
    lab.watchers.append(lambda: seen.append(lab.steps))

    async def play() -> None:
        widget.play()
        while not lab.finished:
            await asyncio.sleep(0)

    asyncio.run(play())
    assert seen == list(range(1, lab.most_steps + 1))


def test_pin_keeps_a_result_behind_the_next_and_reset_brings_back_the_first_state() -> None:
    lab = labs.step_marble()
    first = lab.svg
    lab.set(lr=0.2, steps=5)
    lab.pin()
    lab.set(lr=0.4)
    assert 'class="ln ghost"' in lab.svg
    lab.reset()
    assert lab.svg == first


def test_a_lab_has_no_control_that_it_was_not_given() -> None:
    with pytest.raises(ValueError, match=r"no control \['rate'\]; it has \['lr', 'steps'\]"):
        labs.step_marble().set(rate=0.1)
    with pytest.raises(AttributeError, match="there is no lab 'marble_run'"):
        labs.marble_run  # noqa: B018


def test_a_reader_without_a_kernel_gets_the_picture_and_the_words() -> None:
    lab = labs.step_marble()
    lab.set(lr=0.5, steps=2)
    bundle = lab._repr_mimebundle_()
    ET.fromstring(bundle["image/svg+xml"])
    assert lab.reading in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_server_that_start_py_sets_up_sends_what_a_kernel_says_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = ServerApp(config=Config({"ServerApp": start.PROMPT}))
    connection = server.kernel_websocket_connection_class
    happened: list[object] = []
    monkeypatch.setattr(
        ZMQChannelsWebsocketConnection, "connect", lambda self: happened.append("connected")
    )
    handler = KernelWebsocketHandler.__new__(KernelWebsocketHandler)
    monkeypatch.setattr(handler, "set_nodelay", happened.append)
    connection(websocket_handler=handler).connect()
    assert happened == [True, "connected"]


def test_start_py_gives_that_connection_and_one_thread_to_the_servers_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"ServerApp": {"port": 8899}, "Else": {"kept": 1}}
    settings = tmp_path / "etc/jupyter/jupyter_server_config.json"
    start.write_json(settings, other)
    start.configure(tmp_path)
    assert start.read_json(settings) == other | {"ServerApp": {"port": 8899} | start.PROMPT}
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    assert start.environ(tmp_path)["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert start.environ(tmp_path)["OPENBLAS_NUM_THREADS"] == "4"


def test_runs_trained_together_end_where_each_ends_alone() -> None:
    plans = np.stack([np.full(64, 0.05), np.geomspace(0.5, 0.01, 64), np.full(64, 1e6)], axis=1)
    together = LiveRuns(3, steps=64)(plans)
    for plan, trace in zip(plans.T, together):
        alone = LiveRun(steps=64)(plan)
        count = len(alone.full)
        assert np.allclose(trace.full[:count], alone.full, rtol=1e-4, equal_nan=True)
        assert trace.diverged == alone.diverged


def test_live_training_is_the_gradient_descent_of_lrlib() -> None:
    live = LiveRun(steps=48)
    rates = np.geomspace(0.3, 0.05, 48)
    trace = live(rates)
    rows = list(islice(live.network.batches(np.random.default_rng(0), 8), 48))
    w, rule = live.network.init(0), SGD()
    state = rule.init(w)
    for t in range(48):
        loss, grad = live.network.loss_and_grad(w, rows[t])
        assert trace.minibatch[t] == pytest.approx(float(loss), rel=1e-4)
        w, state = rule.update(w, grad, state, rates[t])
    third = live.network.loss(w, np.arange(0, live.network.n_samples, 3))
    assert trace.final == pytest.approx(float(third), rel=1e-4)
