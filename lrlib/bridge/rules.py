"""The rows of optimizers and of rules that react: the call that equals each in a framework."""

from __future__ import annotations

from typing import Any

from lrlib.bridge.rows import FRAMEWORKS, Call

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

REACTIVE: dict[str, dict[str, Call]] = {
    "ReduceOnPlateau": {
        "torch": Call(
            "torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor={factor}, "
            "patience={patience}, threshold={min_delta}, threshold_mode='abs', "
            "cooldown={cooldown}, min_lr={min_lr})",
            "Step it with the metric; PyTorch skips cuts smaller than 1e-8.",
            fits=lambda rule: rule.factor < 1,
            name="scheduler",
        ),
        "keras": Call(
            "keras.callbacks.ReduceLROnPlateau(factor={factor}, patience={patience} + 1, "
            "min_delta={min_delta}, cooldown={cooldown} + 1, min_lr={min_lr})",
            "Keras cuts at the bad value that its patience names, hence + 1.",
            fits=lambda rule: rule.factor < 1,
            name="callback",
        ),
        "optax": Call(
            "optax.contrib.reduce_on_plateau({factor}, patience={patience} + 1, rtol=0.0, "
            "atol={min_delta}, cooldown={cooldown})",
            "It scales the updates, and needs value=metric; its floor is a scale, not a rate.",
            fits=lambda rule: rule.factor < 1 and rule.min_delta > 0 and rule.min_lr == 0,
            name="transform",
        ),
    },
    "PolyakStep": {
        "torch": Call(None, _NONE),
        "keras": Call(None, _NONE),
        "optax": Call(
            "optax.polyak_sgd({max_lr}, f_min={loss_min}, variant='sps+')",
            "It needs value=loss; its default variant lets the rate become negative.",
            name="optimizer",
        ),
    },
    "LossScale": {
        "torch": Call(
            "torch.amp.GradScaler(growth_factor={growth}, backoff_factor={backoff}, "
            "growth_interval={interval})",
            "After a skipped update, do not step the scheduler.",
            name="scaler",
        ),
        "keras": Call(
            "keras.optimizers.LossScaleOptimizer(optimizer, dynamic_growth_steps={interval})",
            "Keras doubles and halves; nothing else.",
            fits=lambda rule: rule.growth == 2 and rule.backoff == 0.5,
            name="optimizer",
        ),
        "optax": Call(None, _NONE),
    },
}
"""Rules that follow a measurement, by class."""
