"""The audit's parts: clocks by hand, losses, logs, text of schedules, the command, the cost."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlib.bridge.audit import KINDS, Setting, Trace, audit, find_spikes, watch
from lrlib.bridge.audit.shape import horizon, warmup_of
from lrlib.schedules import WSD, Constant, CosineDecay, InverseSqrt, Linear, StepDecay, Warmup
from tests.benchmarks import watching
from tests.lrlib import examples
from tests.lrlib.conformance import peers

N = 400
PLAN = WSD(lr=0.1, warmup_steps=40, steps=N, decay_steps=100, lr_end=0.001)
T = np.arange(N)


def kinds(rates, plan=PLAN, t=T, setting=None, **more):
    return audit(Trace.of(t, rates, **more), plan, setting).kinds


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.one_of(*examples.SCHEDULES.values()), st.sampled_from([1, 7, 50]))
def test_nothing_is_said_of_any_schedule_that_is_followed_to_its_end(schedule, every):
    end = min(horizon(schedule) or 600, 4000)
    t = np.arange(0, max(end + 1, 3 * every), every)
    t = t[t <= end] if horizon(schedule) else t
    if len(t) > 1:
        assert kinds(schedule(t), schedule, t) == ()
        digits = [float(f"{rate:.3g}") for rate in schedule(t)]
        assert kinds(digits, schedule, t, accurate=1e-2, log=True) == ()


FAULTY = {
    "ahead by accumulation": (PLAN(4 * T), Setting(accumulate=4)),
    "ahead by workers": (PLAN(4 * T + 3), Setting(workers=4, accumulate=2)),
    "clock too fast": (PLAN(3 * T), Setting()),
    "clock too slow": (PLAN(T / 2), Setting()),
    "epochs for updates": (PLAN(T // 50), Setting()),
    "never stepped": (np.full(N, 0.0025), Setting()),
    "stepped before the optimizer": (PLAN(T + 1), Setting()),
    "one update late": (PLAN(np.maximum(T - 1, 0)), Setting()),
    "restarted": (np.where(T < 330, PLAN(T), PLAN(np.maximum(T - 330, 0))), Setting()),
    "jumped ahead": (PLAN(np.where(T < 20, T, 2 * T - T + 20)), Setting()),
    "fell behind": (PLAN(np.where(T < 350, T, T - 30)), Setting()),
    "rate lost after a stop": (np.where(T == 360, 0.1, PLAN(T)), Setting()),
    "warmup too short": (np.where(T < 40, 0.1 * np.minimum(1, (T + 1) / 10), PLAN(T)), Setting()),
    "warmup missing": (np.where(T < 40, 0.1, PLAN(T)), Setting()),
    "scaled": (8 * PLAN(T), Setting(workers=8)),
    "another schedule": (np.random.default_rng(0).uniform(0.0, 0.1, N), Setting()),
}


@pytest.mark.parametrize("kind", FAULTY)
def test_a_wrong_clock_has_its_name(kind):
    rates, setting = FAULTY[kind]
    assert kinds(rates, setting=setting) == (kind,)
    assert kind in KINDS


def test_a_factor_of_both_accumulation_and_workers_is_neither_alone():
    report = audit(Trace.of(T, PLAN(8 * T)), PLAN, Setting(accumulate=4, workers=2))
    assert report.kinds == ("clock too fast",)
    assert "batches to an update times the workers" in str(report)


def test_a_run_that_stops_early_or_late_is_told_unless_it_still_runs():
    assert kinds(PLAN(T[:350]), t=T[:350]) == ("last rate not reached",)
    assert kinds(PLAN(T[:350]), t=T[:350], finished=False) == ()
    longer = np.arange(N + 50)
    assert kinds(PLAN(longer), t=longer) == ("ran past the end",)
    assert kinds(PLAN(T[:1]), t=T[:1]) == ()


def test_a_log_may_count_from_1_and_a_loop_may_not():
    t = T + 1
    assert kinds(PLAN(T), t=t, log=True) == ()
    assert kinds(PLAN(T), t=t) == ("restarted",)
    report = audit(Trace.of(T, PLAN(T + 1), log=True), PLAN)
    assert "If the log wrote it after scheduler.step(), all is well: --after-step." in str(report)
    tens = np.arange(10, N + 1, 10)
    assert kinds(PLAN(tens - 1), t=tens, log=True) == kinds(PLAN(tens), t=tens, log=True) == ()


def test_a_fault_in_a_log_that_counts_from_1_has_its_name_too():
    for kind in ("ahead by accumulation", "restarted", "warmup too short", "scaled"):
        rates, setting = FAULTY[kind]
        assert kinds(rates, t=T + 1, setting=setting, log=True) == (kind,)


def test_a_log_of_batches_is_not_a_slow_clock_of_epochs():
    batches = np.arange(4 * N)
    report = audit(Trace.of(batches, PLAN(batches // 4), log=True), PLAN, Setting(accumulate=4))
    assert report.kinds == ("clock too slow",)
    assert "the log counts batches, not updates" in str(report)


def test_each_group_is_compared_with_its_own_schedule():
    both = [PLAN, StepDecay(0.01, 0.5, 100)]
    rates = np.stack([PLAN(T), both[1](4 * T)], axis=1)
    report = audit(Trace.of(T, rates), both, Setting(accumulate=4))
    assert report.kinds == ("ahead by accumulation",)
    assert "group 1: the schedule runs 4 times too fast" in str(report)
    same = audit(Trace.of(T, np.stack([PLAN(4 * T)] * 2, axis=1)), PLAN, Setting(accumulate=4))
    assert str(same).count("4 times too fast") == 1
    assert "group" not in str(same)


@pytest.mark.parametrize(
    ("schedule", "end", "warm"),
    [
        (PLAN, N, 40),
        (CosineDecay(0.1, 0.0, 50), 50, 0),
        (Warmup(0.1, 10).then(10, CosineDecay(0.1, 0.0, 50)), 60, 10),
        (Linear(0.0, 0.1, 10).then(10, Linear(0.1, 0.0, 50)), 60, 11),
        (StepDecay(0.1, 0.5, 7), None, 0),
        (InverseSqrt(0.1, 30), None, 31),
        (Constant(0.1), None, 0),
    ],
)
def test_the_length_and_the_warmup_of_a_schedule(schedule, end, warm):
    assert (horizon(schedule), warmup_of(schedule)) == (end, warm)


# Losses


def noise(n, size, seed=0):
    return size * np.random.default_rng(seed).normal(size=n)


CURVES = {
    "diverged": (np.where(T < 300, 1.0, np.nan), 0.1),
    "spike": (np.exp(-T / 100) + 0.5 + noise(N, 0.01) + 4 * ((T > 250) & (T < 256)), 0.1),
    "too low": (2.3 - 0.001 * T + noise(N, 0.01), 0.001),
    "on the floor": (np.exp(-T / 20) + 0.3 + noise(N, 0.06), 0.1),
    "plateau": (np.exp(-T / 20) + 0.3 + noise(N, 1e-5), 0.1),
}


@pytest.mark.parametrize("kind", CURVES)
def test_a_loss_says_what_it_says(kind):
    losses, rate = CURVES[kind]
    assert kinds(np.full(N, rate), Constant(rate), losses=losses) == (kind,)


def test_a_loss_that_grows_has_diverged_finite_or_not():
    assert kinds(np.full(N, 1.0), Constant(1.0), losses=np.exp(T / 100)) == ("diverged",)
    infinite = np.where(T == 200, np.inf, 1.0)
    assert kinds(np.full(N, 1.0), Constant(1.0), losses=infinite) == ("diverged",)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0.01, 0.1, 0.3])
def test_nothing_is_said_of_a_good_run_however_noisy(seed, size):
    plan = CosineDecay(0.1, 0.0, N)
    level = 2.0 * np.exp(-T / 60) + 0.5
    losses = level * np.exp(noise(N, size, seed))
    assert kinds(plan(T), plan, losses=losses) == ()


def test_a_short_or_half_recorded_loss_is_read_for_what_it_is():
    assert kinds(np.full(30, 0.1), Constant(0.1), T[:30], losses=np.ones(30)) == ()
    losses = np.where(T % 2 == 0, np.exp(-T / 20) + 0.3 + noise(N, 0.06), np.nan)
    assert kinds(np.full(N, 0.1), Constant(0.1), losses=losses) == ("on the floor",)


def test_a_spike_stands_out_of_what_was_usual_before_it():
    losses = 1 + noise(100, 0.01)
    losses[60] = 3.0
    assert find_spikes(losses).tolist() == [60]
    losses[10] = 3.0
    assert find_spikes(losses).tolist() == [60]
    assert find_spikes(losses[:20]).tolist() == []
    assert find_spikes(np.exp(noise(300, 0.5))).tolist() == []


def test_a_trace_is_checked():
    with pytest.raises(ValueError, match=r"t should be whole numbers that increase.*Sort the log"):
        Trace.of([0, 2, 1], [0.1] * 3)
    with pytest.raises(ValueError, match="rates should be 2 finite numbers"):
        Trace.of([0, 1], [0.1, np.nan])
    with pytest.raises(ValueError, match="losses should be 2 numbers"):
        Trace.of([0, 1], [0.1, 0.1], [1.0])


# Watching


def test_any_loop_can_say_its_rates(tmp_path):
    with watch(None, PLAN) as seen:
        for t in range(N):
            seen.update(PLAN(t), loss=1 / (t + 1))
    assert str(seen.report).startswith("The rate is what was meant at all 400")
    assert seen.trace.losses[3] == 0.25
    assert "<svg" in seen.report._repr_html_()
    with pytest.raises(TypeError, match="optimizer should be a PyTorch optimizer, or None"):
        watch(PLAN, PLAN)


def test_an_optimizer_without_hooks_is_watched_too_and_left_as_it_was():
    class Own:
        def __init__(self):
            self.param_groups = [{"lr": 0.1}]

        def step(self):
            return "stepped"

    optimizer = Own()
    with watch(optimizer, Constant(0.1)) as seen:
        assert optimizer.step() == "stepped"
    optimizer.step()
    assert type(optimizer) is Own
    assert vars(optimizer).keys() == {"param_groups"}
    assert seen.trace.rates.tolist() == [[0.1]]


def test_a_loop_that_breaks_off_has_not_finished():
    with pytest.raises(KeyboardInterrupt), watch(None, PLAN) as seen:
        for t in range(50):
            seen.update(PLAN(t))
        raise KeyboardInterrupt
    assert seen.report.findings == ()


@pytest.mark.peers
def test_a_watched_scheduler_saves_only_its_own_state_and_is_left_as_it_was():
    torch = peers.required("torch")["torch"]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    before, kind = set(scheduler.state_dict()), type(scheduler)
    with watch(optimizer, StepDecay(0.1, 0.1, 3), scheduler) as seen:
        for _ in range(6):
            optimizer.step()
            scheduler.step()
        assert set(scheduler.state_dict()) == before
    optimizer.step()
    assert type(scheduler) is kind
    assert seen.calls == {"optimizer": 6, "scheduler": 6}
    assert seen.report.findings == ()


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore")
def test_an_overflow_at_the_very_start_is_no_wrong_order():
    torch = peers.required("torch")["torch"]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    plan = CosineDecay(0.1, 0.0, 100)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
    with watch(optimizer, plan, scheduler) as seen:
        for attempt in range(100):
            if attempt > 1:
                optimizer.step()
            scheduler.step()
    assert seen.report.kinds == ("steps without an update",)


@pytest.mark.peers
def test_watching_costs_less_than_a_hundredth_of_a_training_step():
    """On the smallest step worth auditing, 64-64-10 on batches of 64; the best of many, so that a
    busy machine does not decide."""
    peers.required("torch")
    step, *parts = watching.cost((64, 64, 10), 64, quick=True)
    assert sum(parts) < 0.01 * step


def test_a_hundred_thousand_updates_are_audited_in_seconds():
    n = 100_000
    plan = Warmup(0.1, 2000).then(2000, CosineDecay(0.1, 0.0, n - 2000))
    t = np.arange(n)
    start = time.perf_counter()
    assert kinds(plan(t), plan, t) == ()
    assert kinds(plan(np.where(t < 30_000, t, t + 30_000)), plan, t) == ("jumped ahead",)
    assert kinds(plan(7 * t), plan, t) == ("clock too fast",)
    assert kinds(np.random.default_rng(0).random(n), plan, t) == ("another schedule",)
    stable = WSD(lr=0.1, warmup_steps=100, steps=n, decay_steps=9000, lr_end=0.0)
    late = np.where(t < 50_000, t, t - 2000)
    assert kinds(stable(late), stable, t) == ("fell behind",)
    assert time.perf_counter() - start < 60
    assert math.isfinite(plan.schedules[1](0))
