"""Run the benchmark: `python -m bench [--sizes S,M] [--interventions N] [--quick]`."""

import argparse
import sys

import django

from apsystem import embedded
from bench import servers

BOROUGHS = {"S": 1, "M": 33}
INTERVENTIONS, QUICK_INTERVENTIONS = 1_000_000, 100_000  # as many pupils, three suspensions each


def main() -> None:
    """Start the servers, and run."""
    options = _options()
    try:
        servers.start(is_large="M" in options.sizes)
        django.setup()
        from bench import run  # noqa: PLC0415 - it imports models, which need the servers' names

        run.run(
            {size: BOROUGHS[size] for size in options.sizes},
            interventions=options.interventions,
            is_quick=options.quick,
        )
    except (servers.CannotRun, embedded.CannotStartError) as error:
        sys.exit(str(error))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--sizes",
        default="S,M",
        type=lambda text: text.upper().split(","),
        help="S (one borough) and M (33 boroughs, 15 million marks, 4 GB of disk); S,M if not said",
    )
    parser.add_argument(
        "--interventions",
        type=int,
        help=f"how many are followed for twelve months; {INTERVENTIONS} if not said, which takes "
        f"minutes to fill, {QUICK_INTERVENTIONS} with --quick",
    )
    parser.add_argument("--quick", action="store_true", help="S only, fewer runs and pupils")
    options = parser.parse_args()
    if options.quick:
        options.sizes = ["S"]
    if options.interventions is None:
        options.interventions = QUICK_INTERVENTIONS if options.quick else INTERVENTIONS
    if unknown := set(options.sizes) - set(BOROUGHS):
        parser.error(f"no such size: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
