"""Schedules of lrlib as PyTorch schedulers, and PyTorch's schedulers as schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from lrlib import schedules as sch
from lrlib.bridge.needed import needed, schedules_for
from lrlib.schedules import Schedule

torch = needed("torch")
lr_scheduler = torch.optim.lr_scheduler


def to_torch(schedule: Schedule | Sequence[Schedule], optimizer: Any) -> ScheduleLR:
    """A PyTorch scheduler that gives `optimizer` the rates of a schedule.

        scheduler = to_torch(schedule, optimizer)
        ...
        optimizer.step()            # update t uses schedule(t)
        scheduler.step()            # once for each optimizer.step(), after it

    The schedule's values are the rates themselves, not factors: the `lr` that the optimizer was
    made with is replaced at once.

    Args:
        schedule: One for all parameter groups, or one for each group in their order.
        optimizer: A `torch.optim.Optimizer`.

    `scheduler.state_dict()` holds the updates made and the schedules as plain numbers;
    `load_state_dict` sets the optimizer's rates too, so that it does not matter which of optimizer
    and scheduler is loaded first.

    Raises:
        ValueError: One schedule is given for groups whose rates differ, or not as many schedules
            as groups; a loaded state belongs to another schedule.
        TypeError: A schedule is none of lrlib's, or `optimizer` is none of PyTorch's.
        ImportError: PyTorch is not installed.
    """
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            f"optimizer should be a torch.optim.Optimizer, but it is {type(optimizer).__name__}. "
            "Give the schedule first, then the optimizer."
        )
    groups = optimizer.param_groups
    rates = {float(group.get("initial_lr", group["lr"])) for group in groups}
    if isinstance(schedule, Schedule) and len(rates) > 1:
        raise ValueError(
            f"the parameter groups of the optimizer have different rates, {sorted(rates)}, which "
            "one schedule would make equal. Give a list with one schedule for each group, for "
            "example [schedule, Product([schedule, Constant(0.1)])]."
        )
    return ScheduleLR(optimizer, schedules_for(len(groups), schedule))


class ScheduleLR(lr_scheduler.LRScheduler):  # type: ignore[misc,name-defined]
    """The scheduler that `to_torch` makes: a clock that counts updates, and schedules to read."""

    def __init__(self, optimizer: Any, schedules: tuple[Schedule, ...]) -> None:
        self.schedules = schedules
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:
        """The rate of each group at the present update."""
        return [schedule(self.last_epoch) for schedule in self.schedules]

    def state_dict(self) -> dict[str, Any]:
        """The updates made and the schedules, ready for JSON or `torch.save`."""
        return {
            "updates": self.last_epoch,
            "schedules": [schedule.to_dict() for schedule in self.schedules],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state; to go on with another schedule, load only its "updates"."""
        saved = state_dict.get("schedules")
        if saved is not None:
            was = tuple(Schedule.from_dict(record) for record in saved)
            if was != self.schedules:
                raise ValueError(
                    f"the saved state belongs to {was}, but this scheduler follows "
                    f"{self.schedules}. To go on with another schedule on purpose, load "
                    f"{{'updates': {state_dict['updates']}}}."
                )
        self.last_epoch = int(state_dict["updates"])
        self._step_count = self.last_epoch + 1
        for group, rate in zip(self.optimizer.param_groups, self.get_lr()):
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
        self._last_lr = self.get_lr()


def from_torch(scheduler: Any) -> Schedule | tuple[Schedule, ...]:
    """The schedule that a PyTorch scheduler follows, from its first update on.

    One schedule where all parameter groups have the same, otherwise a tuple with one for each.
    Rates only: a momentum that `CyclicLR` or `OneCycleLR` moves as well is not part of it.
    After their last step schedules of lrlib hold their value, where `CosineAnnealingLR` rises
    again and `OneCycleLR` raises an error.

    Raises:
        TypeError: The scheduler runs code of its own (`LambdaLR`), reacts to a metric, or is of a
            kind that lrlib has not.
        ValueError: Its settings have no counterpart, for example a factor above 1.
        ImportError: PyTorch is not installed.
    """
    if isinstance(scheduler, ScheduleLR):
        found = scheduler.schedules
    else:
        groups = scheduler.optimizer.param_groups
        found = tuple(_convert(scheduler, i, group["initial_lr"]) for i, group in enumerate(groups))
    return found[0] if len(set(found)) == 1 else found


def _convert(scheduler: Any, group: int, lr: float) -> Schedule:
    convert = _CONVERSIONS.get(type(scheduler).__name__)
    if convert is None:
        known = ", ".join(_CONVERSIONS)
        raise TypeError(
            f"from_torch knows {known}, but it got {type(scheduler).__name__}. A schedule of your "
            "own is a subclass of lrlib.Schedule with one method."
        )
    return convert(scheduler, group, float(lr))


def _constant(s: Any, group: int, lr: float) -> Schedule:
    first = sch.Constant(lr * s.factor)
    return first.then(s.total_iters, sch.Constant(lr)) if s.factor != 1 else sch.Constant(lr)


def _linear(s: Any, group: int, lr: float) -> Schedule:
    if s.total_iters == 0:
        return sch.Constant(lr * s.start_factor)
    return sch.Linear(lr * s.start_factor, lr * s.end_factor, s.total_iters)


def _multi_step(s: Any, group: int, lr: float) -> Schedule:
    if any(times > 1 for times in s.milestones.values()):
        raise ValueError(
            "milestones should differ from each other, but they are "
            f"{sorted(s.milestones.elements())}."
        )
    return sch.ScheduledDrop(lr, sorted(s.milestones), s.gamma)  # type: ignore[arg-type]


def _cyclic(s: Any, group: int, lr: float) -> Schedule:
    half = s.total_size * s.step_ratio
    if s.mode not in ("triangular", "triangular2", "exp_range") or s._scale_fn_custom is not None:
        raise TypeError("CyclicLR with a scale_fn of its own cannot be written as a schedule.")
    if s.step_ratio != 0.5 or half != int(half):
        raise ValueError(
            "CyclicLR should go up and down in equally many whole steps, but it goes up in "
            f"{half:g} of {s.total_size:g}."
        )
    bounds: dict[str, Any] = {
        "base_lr": lr,
        "max_lr": float(s.max_lrs[group]),
        "half_cycle": int(half),
    }
    if s.mode == "exp_range":
        return sch.ExpRange(**bounds, gamma=s.gamma)
    kinds: dict[str, Any] = {"triangular": sch.Triangular, "triangular2": sch.Triangular2}
    return kinds[s.mode](**bounds)


def _one_cycle(s: Any, group: int, lr: float) -> Schedule:
    values, phases = s.optimizer.param_groups[group], s._schedule_phases
    if len(phases) != 2 or s._anneal_func_type != "cos":
        raise ValueError(
            "OneCycleLR should have two phases along cosines, the default, but it has "
            f"{len(phases)} and anneal_strategy {s._anneal_func_type!r}. Lines are Linear pieces "
            "put together by .then()."
        )
    top = float(values["max_lr"])
    return sch.OneCycle(
        max_lr=top,
        steps=s.total_steps,
        pct_start=(phases[0]["end_step"] + 1) / s.total_steps,
        div=top / lr,
        final_div=lr / float(values["min_lr"]),
    )


def _sequential(s: Any, group: int, lr: float) -> Schedule:
    lengths = [b - a for a, b in pairwise([0, *s._milestones])]
    return sch.Join([_convert(part, group, lr) for part in s._schedulers], lengths)  # type: ignore[arg-type]


_FACTORS = ("ConstantLR", "LinearLR", "StepLR", "MultiStepLR", "ExponentialLR", "PolynomialLR")


def _chained(s: Any, group: int, lr: float) -> Schedule:
    others = {type(part).__name__ for part in s._schedulers} - {*_FACTORS}
    if others:
        raise TypeError(
            f"ChainedScheduler is a product where each part multiplies the rate it finds, but "
            f"{sorted(others)} do more than that."
        )
    rates = [lr] + [1.0] * (len(s._schedulers) - 1)
    return sch.Product([_convert(part, group, lr) for part, lr in zip(s._schedulers, rates)])  # type: ignore[arg-type]


_CONVERSIONS: dict[str, Callable[[Any, int, float], Schedule]] = {
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "StepLR": lambda s, group, lr: sch.StepDecay(lr, s.gamma, s.step_size),
    "MultiStepLR": _multi_step,
    "ExponentialLR": lambda s, group, lr: sch.ExponentialDecay(lr, s.gamma, 1),
    "PolynomialLR": lambda s, group, lr: sch.PolynomialDecay(lr, 0.0, s.total_iters, s.power),
    "CosineAnnealingLR": lambda s, group, lr: sch.CosineDecay(lr, s.eta_min, s.T_max),
    "CosineAnnealingWarmRestarts": lambda s, group, lr: sch.CosineRestarts(
        lr, s.eta_min, s.T_0, s.T_mult
    ),
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
}
