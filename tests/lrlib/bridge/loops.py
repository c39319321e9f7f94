"""Training loops as they stood in public projects, retold in plain PyTorch: faults, and right ones.

Each function is a loop; `FAULTS` says what is wrong with it and where it was met, `RIGHT` names
loops of the same shapes that are right. All train the same small regression, meant to follow
`PLAN` over 120 updates unless they say otherwise.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

from lrlib import bridge
from lrlib.bridge.audit import Setting
from lrlib.schedules import CosineDecay, Linear, OneCycle, Schedule, StepDecay
from tests.lrlib.bridge.bench import LR, PLAN, UPDATES, WARM, Bench, factor, session, step
from tests.lrlib.conformance import peers


def stepped_with_every_batch(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    with b.watch(optimizer, scheduler) as seen:
        for batch in range(4 * UPDATES):
            (b.loss(seen) / 4).backward()
            if (batch + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
            scheduler.step()


def stepped_once_for_every_process(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(UPDATES):
            step(optimizer, b.loss(seen))
            for _ in range(b.setting.workers):
                scheduler.step()


def total_from_the_undivided_loader(b: Bench) -> None:
    optimizer = b.optimizer()
    batches_of_all_workers = UPDATES * b.setting.workers
    scheduler = factor(b.torch, optimizer, batches_of_all_workers, WARM * b.setting.workers)
    session(b, optimizer, scheduler, UPDATES)


def stepped_with_every_epoch(b: Bench) -> None:
    optimizer = b.optimizer()
    per_epoch = b.setting.updates_per_epoch or 20
    scheduler = b.torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=UPDATES)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(UPDATES // per_epoch):
            for _ in range(per_epoch):
                step(optimizer, b.loss(seen))
            scheduler.step()


def resumed_without_the_scheduler(b: Bench) -> None:
    optimizer = b.optimizer()
    session(b, optimizer, factor(b.torch, optimizer), 50)
    saved = copy.deepcopy(optimizer.state_dict())
    optimizer = b.optimizer()
    optimizer.load_state_dict(saved)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = LR
    session(b, optimizer, factor(b.torch, optimizer), UPDATES - 50)


def resumed_and_counted_twice(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    session(b, optimizer, scheduler, 40)
    saved = copy.deepcopy(scheduler.state_dict())
    scheduler = factor(b.torch, optimizer)
    scheduler.load_state_dict(saved)
    for _ in range(saved["last_epoch"]):
        scheduler.step()
    session(b, optimizer, scheduler, UPDATES - 40)


def resumed_from_a_scheduler_saved_too_early(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = b.torch.optim.lr_scheduler.StepLR(optimizer, 20, 0.5)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(50):
            step(optimizer, b.loss(seen))
            saved = copy.deepcopy(scheduler.state_dict())
            scheduler.step()
    optimizer = b.optimizer()
    scheduler = b.torch.optim.lr_scheduler.StepLR(optimizer, 20, 0.5)
    scheduler.load_state_dict(saved)
    optimizer.param_groups[0]["lr"] = saved["_last_lr"][0]
    session(b, optimizer, scheduler, UPDATES - 50)


def resumed_with_the_scheduler_made_last(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    session(b, optimizer, scheduler, 70)
    saved = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict()])
    optimizer = b.optimizer()
    optimizer.load_state_dict(saved[0])
    scheduler = factor(b.torch, optimizer)
    scheduler.load_state_dict(saved[1])
    session(b, optimizer, scheduler, UPDATES - 70)


def resumed_at_the_number_of_the_epoch(b: Bench) -> None:
    optimizer = b.optimizer()
    session(b, optimizer, factor(b.torch, optimizer), 60)
    epochs = 60 // (b.setting.updates_per_epoch or 20)
    scheduler = factor(b.torch, optimizer)
    scheduler.last_epoch = epochs - 1
    scheduler.step()
    session(b, optimizer, scheduler, UPDATES - 60)


def stepped_before_the_optimizer(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(UPDATES):
            scheduler.step()
            step(optimizer, b.loss(seen))


def scheduler_of_an_optimizer_that_was_replaced(b: Bench) -> None:
    scheduler = factor(b.torch, b.optimizer())
    optimizer = b.optimizer()
    session(b, optimizer, scheduler, UPDATES)


def a_cosine_of_ten_epochs_in_a_longer_run(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = b.torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50)
    session(b, optimizer, scheduler, UPDATES)


def stepped_where_the_optimizer_was_skipped(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer)
    with b.watch(optimizer, scheduler) as seen:
        for attempt in range(UPDATES):
            loss = b.loss(seen)
            if attempt not in (30, 31, 55, 90):  # there the gradients overflowed
                step(optimizer, loss)
            scheduler.step()


def rate_times_the_number_of_processes(b: Bench) -> None:
    optimizer = b.optimizer(LR * b.setting.workers)
    session(b, optimizer, factor(b.torch, optimizer), UPDATES)


def total_without_drop_last(b: Bench) -> None:
    samples, size, epochs = 1900, 100, 6
    optimizer = b.optimizer()
    scheduler = factor(b.torch, optimizer, math.ceil(samples / size + 1) * epochs)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(epochs):
            for _ in range(samples // size):
                step(optimizer, b.loss(seen))
                scheduler.step()


def warmup_divided_by_the_accumulation(b: Bench) -> None:
    optimizer = b.optimizer()

    def shape(t: int) -> float:
        warm = WARM // 4
        return min(1.0, (t + 1) / warm) if t < WARM else PLAN(t) / LR

    scheduler = b.torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
    session(b, optimizer, scheduler, UPDATES)


@dataclass(frozen=True)
class Loop:
    """A loop, the fault in it, what the user said of the run, and where it was met."""

    run: Any
    fault: str
    met: str
    setting: Setting = field(default_factory=Setting)
    plan: Schedule = PLAN
    factor: float = 1.0


COSINE, DROPS = CosineDecay(LR, 0.0, UPDATES), StepDecay(LR, 0.5, 20)
FAULTS = [
    Loop(
        stepped_with_every_batch,
        "ahead by accumulation",
        "Lightning-AI/pytorch-lightning #1476",
        Setting(accumulate=4),
        factor=4,
    ),
    Loop(
        stepped_once_for_every_process,
        "ahead by workers",
        "huggingface/accelerate #2926",
        Setting(workers=4),
        factor=4,
    ),
    Loop(
        total_from_the_undivided_loader,
        "clock too slow",
        "huggingface/diffusers #8312",
        Setting(workers=2),
        factor=2,
    ),
    Loop(
        stepped_with_every_epoch,
        "epochs for updates",
        "pytorch/pytorch #65417, sthalles/SimCLR #8",
        Setting(updates_per_epoch=20),
        COSINE,
        factor=20,
    ),
    Loop(resumed_without_the_scheduler, "restarted", "aqlaboratory/openfold #181"),
    Loop(resumed_and_counted_twice, "jumped ahead", "THUDM/slime #1546", factor=40),
    Loop(
        resumed_from_a_scheduler_saved_too_early,
        "fell behind",
        "Lightning-AI/pytorch-lightning #4655",
        plan=DROPS,
        factor=1,
    ),
    Loop(
        resumed_with_the_scheduler_made_last,
        "rate lost after a stop",
        "torch-points3d/torch-points3d #630",
    ),
    Loop(
        resumed_at_the_number_of_the_epoch,
        "fell behind",
        "vllm-project/speculators #900",
        Setting(updates_per_epoch=20),
        factor=57,
    ),
    Loop(
        stepped_before_the_optimizer,
        "stepped before the optimizer",
        "pytorch/pytorch #20124, dingmyu/D4LCN #25",
    ),
    Loop(
        scheduler_of_an_optimizer_that_was_replaced,
        "never stepped",
        "IntelLabs/distiller #70",
        plan=COSINE,
    ),
    Loop(
        a_cosine_of_ten_epochs_in_a_longer_run,
        "rises again",
        "deepcam-cn/FaceQuality #10",
        plan=COSINE,
    ),
    Loop(
        stepped_where_the_optimizer_was_skipped,
        "steps without an update",
        "huggingface/accelerate #843 and its AcceleratedScheduler",
        factor=4,
    ),
    Loop(
        rate_times_the_number_of_processes,
        "scaled",
        "huggingface/accelerate #1013",
        Setting(workers=2),
        factor=2,
    ),
    Loop(
        total_without_drop_last,
        "last rate not reached",
        "huggingface/diffusers #4387, Lightning-AI/pytorch-lightning #5449",
    ),
    Loop(
        warmup_divided_by_the_accumulation,
        "warmup too short",
        "huggingface/accelerate #662, finegrain-ai/refiners #210",
        factor=4,
    ),
]


def rate_set_by_hand_under_accumulation(b: Bench) -> None:
    optimizer = b.optimizer()
    with b.watch(optimizer) as seen:
        for update in range(UPDATES):
            for group in optimizer.param_groups:
                group["lr"] = PLAN(update)
            for _ in range(4):
                (b.loss(seen) / 4).backward()
            b.torch.nn.utils.clip_grad_norm_(b.model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()


def a_staircase_by_epoch(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = b.torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(6):
            for _ in range(20):
                step(optimizer, b.loss(seen))
            scheduler.step()


def resumed_with_everything(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = bridge.to_torch(b.plan, optimizer)
    session(b, optimizer, scheduler, 45)
    saved = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict()])
    optimizer = b.optimizer()
    scheduler = bridge.to_torch(b.plan, optimizer)
    scheduler.load_state_dict(saved[1])
    optimizer.load_state_dict(saved[0])
    session(b, optimizer, scheduler, UPDATES - 45)


def one_cycle_with_scaled_losses(b: Bench) -> None:
    optimizer = b.optimizer()
    scheduler = b.torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=UPDATES)
    scaler = b.torch.amp.GradScaler("cpu", init_scale=2.0**120)
    with b.watch(optimizer, scheduler) as seen:
        made = 0
        while made < UPDATES:
            optimizer.zero_grad()
            scaler.scale(b.loss(seen)).backward()
            before = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            if scaler.get_scale() >= before:  # it was not skipped
                made += 1
                if made < UPDATES:
                    scheduler.step()


RIGHT = [
    Loop(
        rate_set_by_hand_under_accumulation,
        "",
        "the shape of karpathy/nanoGPT train.py",
        Setting(accumulate=4),
    ),
    Loop(
        a_staircase_by_epoch,
        "",
        "the shape of pytorch/examples imagenet/main.py",
        Setting(updates_per_epoch=20),
        StepDecay(LR, 0.1, 40),
    ),
    Loop(
        resumed_with_everything,
        "",
        "the shape of huggingface/transformers, resumed",
        plan=Linear(0.0, LR, WARM).then(WARM, Linear(LR, 0.0, UPDATES - WARM)),
    ),
    Loop(
        one_cycle_with_scaled_losses,
        "",
        "the shape of fastai's fit_one_cycle with mixed precision",
        plan=OneCycle(LR, UPDATES, div=25, final_div=1e4),
    ),
]


def made(loop: Loop) -> Bench:
    """The bench after the loop has run."""
    bench = Bench(peers.required("torch")["torch"], loop.plan, loop.setting)
    loop.run(bench)
    return bench
