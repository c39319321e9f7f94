"""The rows "in PyTorch, in Keras, in Optax": the call that equals each schedule of lrlib.

A row is text as it is shown and as it is run. `{field}` stands for a setting, `{lr}` for the rate
or schedule that an optimizer gets. `None` means that no call gives the same numbers; the note then
says why, and the bridge is what remains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FRAMEWORKS = ("torch", "keras", "optax")


@dataclass(frozen=True)
class Call:
    """One way to write a class of lrlib in a framework.

    Attributes:
        text: The expression, with fields in braces; None where nothing is equal.
        note: What to know about it, a sentence.
        start: For a PyTorch scheduler the rate its optimizer is made with.
        fits: The settings for which it holds; for others the bridge is used.
        last: A field; the call is equal up to that count of updates and not beyond.
        name: What the result is called, where it is neither a schedule nor an optimizer.
    """

    text: str | None
    note: str = ""
    start: str = ""
    fits: Callable[[Any], bool] = lambda value: True
    last: str = ""
    name: str = ""


def _torch(name: str, arguments: str, start: str = "{lr0}", **more: Any) -> Call:
    return Call(f"torch.optim.lr_scheduler.{name}(optimizer, {arguments})", start=start, **more)


def _keras(text: str, **more: Any) -> Call:
    return Call(f"keras.optimizers.schedules.{text}", **more)


SCHEDULES: dict[str, dict[str, Call]] = {
    "Constant": {
        "torch": _torch("ConstantLR", "factor=1.0", "{lr}"),
        "keras": Call("{lr}"),
        "optax": Call("optax.constant_schedule({lr})"),
    },
    "StepDecay": {
        "torch": _torch("StepLR", "step_size={every}, gamma={gamma}"),
        "keras": _keras("ExponentialDecay({lr0}, {every}, {gamma}, staircase=True)"),
        "optax": Call("optax.exponential_decay({lr0}, {every}, {gamma}, staircase=True)"),
    },
    "ScheduledDrop": {
        "torch": _torch("MultiStepLR", "milestones={milestones}, gamma={gamma}"),
        "keras": _keras(
            "PiecewiseConstantDecay([m - 1 for m in {milestones}], "
            "[{lr0} * {gamma}**i for i in range(len({milestones}) + 1)])",
            note="Keras keeps the old rate at a boundary, hence m - 1.",
            fits=lambda s: len(s.milestones) > 0 and s.milestones[0] > 0,
        ),
        "optax": Call(
            "optax.piecewise_constant_schedule({lr0}, {{m: {gamma} for m in {milestones}}})",
            fits=lambda s: not s.milestones or s.milestones[0] > 0,
        ),
    },
    "ExponentialDecay": {
        "torch": _torch("ExponentialLR", "gamma={gamma} ** (1 / {every})"),
        "keras": _keras("ExponentialDecay({lr0}, {every}, {gamma})"),
        "optax": Call("optax.exponential_decay({lr0}, {every}, {gamma})"),
    },
    "InverseTimeDecay": {
        "torch": _torch("LambdaLR", "lambda t: 1 / (1 + {rate} * t / {every})"),
        "keras": _keras("InverseTimeDecay({lr0}, {every}, {rate})"),
        "optax": Call("lambda t: {lr0} / (1 + {rate} * t / {every})"),
    },
    "InverseSqrt": {
        "torch": _torch(
            "LambdaLR",
            "lambda t: min(t / {warmup_steps}, ({warmup_steps} / max(t, 1)) ** 0.5)",
            "{lr}",
        ),
        "keras": Call(None),
        "optax": Call(None),
    },
    "PolynomialDecay": {
        "torch": _torch(
            "PolynomialLR",
            "total_iters={steps}, power={power}",
            note="PyTorch's ends at 0.",
            fits=lambda s: s.lr_end == 0,
        ),
        "keras": _keras("PolynomialDecay({lr0}, {steps}, {lr_end}, {power})"),
        "optax": Call("optax.polynomial_schedule({lr0}, {lr_end}, {power}, {steps})"),
    },
    "Linear": {
        "torch": _torch(
            "LinearLR",
            "start_factor=1.0, end_factor={lr_end} / {lr0}, total_iters={steps}",
            fits=lambda s: s.lr0 > 0 and s.lr_end <= s.lr0,
        ),
        "keras": _keras("PolynomialDecay({lr0}, {steps}, {lr_end}, power=1.0)"),
        "optax": Call("optax.linear_schedule({lr0}, {lr_end}, {steps})"),
    },
    "CosineDecay": {
        "torch": _torch(
            "CosineAnnealingLR",
            "T_max={steps}, eta_min={lr_end}",
            note="PyTorch rises again after its last step.",
            last="steps",
        ),
        "keras": _keras(
            "CosineDecay({lr0}, {steps}, alpha={lr_end} / {lr0})", fits=lambda s: s.lr0 > 0
        ),
        "optax": Call(
            "optax.cosine_decay_schedule({lr0}, {steps}, alpha={lr_end} / {lr0})",
            fits=lambda s: s.lr0 > 0,
        ),
    },
    "Triangular": {
        "torch": _torch(
            "CyclicLR",
            "base_lr={base_lr}, max_lr={max_lr}, step_size_up={half_cycle}, cycle_momentum=False",
            "{base_lr}",
            note="Unless told, PyTorch moves the momentum too.",
        ),
        "keras": Call(None),
        "optax": Call(None),
    },
    "Triangular2": {
        "torch": _torch(
            "CyclicLR",
            "base_lr={base_lr}, max_lr={max_lr}, step_size_up={half_cycle}, "
            "mode='triangular2', cycle_momentum=False",
            "{base_lr}",
            note="Unless told, PyTorch moves the momentum too.",
        ),
        "keras": Call(None),
        "optax": Call(None),
    },
    "ExpRange": {
        "torch": _torch(
            "CyclicLR",
            "base_lr={base_lr}, max_lr={max_lr}, step_size_up={half_cycle}, "
            "mode='exp_range', gamma={gamma}, cycle_momentum=False",
            "{base_lr}",
            note="Unless told, PyTorch moves the momentum too.",
        ),
        "keras": Call(None),
        "optax": Call(None),
    },
    "CosineRestarts": {
        "torch": _torch(
            "CosineAnnealingWarmRestarts",
            "T_0={first_cycle}, T_mult={multiplier}, eta_min={lr_min}",
            "{lr_max}",
            note="Step it without an argument: with an epoch it misses some restarts.",
        ),
        "keras": Call(
            None, "Keras finds the cycle with a logarithm; in float32 that misses some restarts."
        ),
        "optax": Call(None, "Optax's sgdr_schedule takes a list of cycles, which must end."),
    },
    "OneCycle": {
        "torch": _torch(
            "OneCycleLR",
            "max_lr={max_lr}, total_steps={steps}, pct_start={pct_start}, div_factor={div}, "
            "final_div_factor={final_div}, cycle_momentum=False",
            "{max_lr}",
            note="total_steps counts updates; one step more raises an error.",
            last="steps",
        ),
        "keras": Call(None),
        "optax": Call(None, "Optax's cosine_onecycle_schedule peaks and ends one update later."),
    },
    "Warmup": {
        "torch": _torch(
            "LinearLR",
            "start_factor=1 / {steps}, total_iters={steps} - 1",
            "{lr}",
            fits=lambda s: s.steps > 1,
        ),
        "keras": Call(None, "Keras's own warmup starts at 0."),
        "optax": Call(
            "optax.linear_schedule({lr} / {steps}, {lr}, {steps} - 1)",
            note="Optax's warmup_... schedules start at 0.",
            fits=lambda s: s.steps > 1,
        ),
    },
    "WSD": {
        "torch": Call(None),
        "keras": Call(None),
        "optax": Call(
            "optax.join_schedules([optax.linear_schedule({lr} / {warmup_steps}, {lr}, "
            "{warmup_steps} - 1), optax.constant_schedule({lr}), "
            "optax.linear_schedule({lr}, {lr_end}, {decay_steps})], "
            "[{warmup_steps}, {steps} - {decay_steps}])",
            fits=lambda s: s.warmup_steps > 1 and s.warmup_steps + s.decay_steps < s.steps,
        ),
    },
    "Join": {"torch": Call(None), "keras": Call(None), "optax": Call(None)},
    "Product": {"torch": Call(None), "keras": Call(None), "optax": Call(None)},
}
