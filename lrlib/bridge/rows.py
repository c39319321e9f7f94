"""The rows "in PyTorch, in Keras, in Optax": the call that equals each class of lrlib.

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
    """

    text: str | None
    note: str = ""
    start: str = ""
    fits: Callable[[Any], bool] = lambda value: True
    last: str = ""


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
        "keras": Call(None, "Keras finds the cycle with a logarithm and can miss a restart."),
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

_INSIDE = "Keras keeps the rate inside the velocity: equal at a constant rate only."
_EPS = "It puts eps inside the root."
_HAT = "Keras scales eps by the second correction."
_NONE = "It has none."


def _optim(name: str, arguments: str = "", **more: Any) -> Call:
    middle = f", {arguments}" if arguments else ""
    return Call(f"torch.optim.{name}(model.parameters(), lr={{lr}}{middle})", **more)


def _rule(module: str, name: str, arguments: str = "", **more: Any) -> Call:
    middle = f", {arguments}" if arguments else ""
    return Call(f"{module}.{name}({{lr}}{middle})", **more)


_K, _O, _C = "keras.optimizers", "optax", "optax.contrib"
_BETAS = "betas=({beta1}, {beta2}), eps={eps}"
OPTIMIZERS: dict[str, dict[str, Call]] = {
    "SGD": {
        "torch": _optim("SGD"),
        "keras": _rule(_K, "SGD"),
        "optax": _rule(_O, "sgd"),
    },
    "Momentum": {
        "torch": _optim("SGD", "momentum={mu}"),
        "keras": Call(None, _INSIDE),
        "optax": _rule(_O, "sgd", "momentum={mu}"),
    },
    "Nesterov": {
        "torch": _optim("SGD", "momentum={mu}, nesterov=True", fits=lambda r: r.mu > 0),
        "keras": Call(None, _INSIDE),
        "optax": _rule(_O, "sgd", "momentum={mu}, nesterov=True"),
    },
    "AdaGrad": {
        "torch": _optim("Adagrad", "initial_accumulator_value=0, eps={eps}"),
        "keras": Call(None, _EPS),
        "optax": Call(None, _EPS),
    },
    "RMSprop": {
        "torch": _optim("RMSprop", "alpha={rho}, eps={eps}"),
        "keras": Call(None, _EPS),
        "optax": _rule(_O, "rmsprop", "decay={rho}, eps={eps}, eps_in_sqrt=False"),
    },
    "AdaDelta": {
        "torch": _optim("Adadelta", "rho={rho}, eps={eps}"),
        "keras": _rule(_K, "Adadelta", "rho={rho}, epsilon={eps}"),
        "optax": _rule(_O, "adadelta", "rho={rho}, eps={eps}"),
    },
    "Adam": {
        "torch": _optim("Adam", _BETAS),
        "keras": Call(None, _HAT),
        "optax": _rule(_O, "adam", "b1={beta1}, b2={beta2}, eps={eps}"),
    },
    "AdamW": {
        "torch": _optim("AdamW", _BETAS + ", weight_decay={weight_decay}"),
        "keras": Call(None, _HAT),
        "optax": _rule(
            _O, "adamw", "b1={beta1}, b2={beta2}, eps={eps}, weight_decay={weight_decay}"
        ),
    },
    "AMSGrad": {
        "torch": _optim("Adam", _BETAS + ", amsgrad=True"),
        "keras": Call(None, _HAT),
        "optax": Call(None, "Optax takes the maximum after the correction."),
    },
    "NAdam": {
        "torch": _optim("NAdam", _BETAS + ", momentum_decay={momentum_decay}"),
        "keras": Call(None, "Keras corrects differently."),
        "optax": Call(None, "Optax's momentum has no warmup."),
    },
    "Lion": {
        "torch": Call(None, _NONE),
        "keras": _rule(
            _K,
            "Lion",
            "beta_1={beta1}, beta_2={beta2}, weight_decay={weight_decay}",
            fits=lambda r: r.beta1 > 0,
        ),
        "optax": _rule(_O, "lion", "b1={beta1}, b2={beta2}, weight_decay={weight_decay}"),
    },
    "DoG": {
        "torch": Call(None, _NONE),
        "keras": Call(None, _NONE),
        "optax": _rule(_C, "dog", "init_step=('heuristic', {reps_rel}), eps={eps}"),
    },
    "Prodigy": {
        "torch": Call("prodigyopt.Prodigy(model.parameters(), lr={lr}, " + _BETAS + ", d0={d0})"),
        "keras": Call(None, _NONE),
        "optax": Call(None, "Optax corrects for the start at zero."),
    },
    "ScheduleFreeSGD": {
        "torch": Call(
            "schedulefree.SGDScheduleFree(model.parameters(), lr={lr}, momentum={beta})",
            "Call optimizer.train() before training and optimizer.eval() before measuring.",
            fits=lambda r: r.beta > 0,
        ),
        "keras": Call(None, _NONE),
        "optax": Call(None, "Optax takes a fixed rate only; its warmup is off by one."),
    },
    "ScheduleFreeAdamW": {
        "torch": Call(
            "schedulefree.AdamWScheduleFree(model.parameters(), lr={lr}, " + _BETAS + ", "
            "weight_decay={weight_decay})",
            "Call optimizer.train() before training and optimizer.eval() before measuring.",
            fits=lambda r: r.beta1 > 0,
        ),
        "keras": Call(None, "Keras corrects differently."),
        "optax": Call(None, "Optax takes a fixed rate only; its warmup is off by one."),
    },
    "LARS": {
        "torch": Call(None, _NONE),
        "keras": Call(None, _NONE),
        "optax": _rule(
            _O,
            "lars",
            "trust_coefficient={trust}, momentum={mu}",
            note="With weight decay Optax divides by the norm of the sum.",
            fits=lambda r: r.weight_decay == 0,
        ),
    },
    "LAMB": {
        "torch": Call(None, _NONE),
        "keras": _rule(
            _K,
            "Lamb",
            "beta_1={beta1}, beta_2={beta2}, epsilon={eps}",
            note="Keras takes weight decay outside the ratio.",
            fits=lambda r: r.weight_decay == 0,
        ),
        "optax": _rule(
            _O, "lamb", "b1={beta1}, b2={beta2}, eps={eps}, weight_decay={weight_decay}"
        ),
    },
    "Muon": {
        "torch": _optim(
            "Muon",
            "momentum={mu}, nesterov={nesterov}, weight_decay={weight_decay}, eps={eps}, "
            "ns_steps={iterations}, adjust_lr_fn={scale}",
            note="Matrices only; PyTorch iterates in bfloat16, so steps agree to about 1 %.",
        ),
        "keras": _rule(
            _K,
            "Muon",
            "momentum={mu}, nesterov={nesterov}, weight_decay={weight_decay}, "
            "ns_steps={iterations}, rms_rate=0.2",
            note="Keras gives biases and embeddings AdamW; its other scale is no one's.",
            fits=lambda r: r.scale == "match_rms_adamw" and r.eps == 1e-7,
        ),
        "optax": Call(
            "optax.contrib.muon({lr}, beta={mu}, nesterov=False, weight_decay={weight_decay}, "
            "eps={eps}, ns_steps={iterations}, "
            "consistent_rms=0.2 if {scale} == 'match_rms_adamw' else None)",
            "With Nesterov, Optax corrects for the start at zero.",
            fits=lambda r: not r.nesterov,
        ),
    },
    "Shampoo": dict.fromkeys(FRAMEWORKS, Call(None, _NONE)),
    "SOAP": dict.fromkeys(FRAMEWORKS, Call(None, _NONE)),
    "Hypergradient": dict.fromkeys(FRAMEWORKS, Call(None, _NONE)),
}
