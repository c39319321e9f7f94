"""Prints medians and ratios measured in one run, against PyTorch, Optax and Keras."""

import argparse
import os
import platform
from importlib import import_module
from importlib.metadata import version

NAMES = ("steps", "schedules", "sweeps", "watching")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="fewer repeats: a look, not a result")
    parser.add_argument("--threads", type=int, default=1, help="for every library (default 1)")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu leaves out what other processes take, on a machine that is not idle",
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown or arguments.threads < 1:
        parser.error(f"expected names out of {', '.join(NAMES)} and at least 1 thread")
    limit_threads(arguments.threads)
    packages = ("numpy", "torch", "jax", "optax", "keras")
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in packages)
    )
    print(
        f"{os.cpu_count()} CPUs; {arguments.threads} thread(s) for OpenBLAS, torch and XLA alike; "
        "float32 unless stated.\n"
        f"Medians of {arguments.clock} time over interleaved rounds. The last column is the time "
        "over that of lrlib's\nfastest form: above 1, lrlib is faster.\n",
        flush=True,
    )
    for name in arguments.names or NAMES:
        import_module(f"tests.benchmarks.{name}").run(arguments.quick, arguments.clock)


def limit_threads(count: int) -> None:
    """Give each library the same number of threads; must run before any of them is imported."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(count)
    os.environ["KERAS_BACKEND"] = "torch"
    if count == 1:
        os.environ["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    import torch

    torch.set_num_threads(count)


if __name__ == "__main__":
    main()
