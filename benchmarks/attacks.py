"""What the service stands: ``python benchmarks/attacks.py [NAME ...]``, after `make repro`.

Each attack starts the service of a copy of the bundle, attacks it from this machine, and asks it meanwhile whether it
runs (/health) and can answer (/predict), as a probe and a client would. Prints what was counted, and fails where
anything is not as it has to be.
"""

import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from attack import access, bundles, floods, logs, waiting

ATTACKS = (
    waiting.silent,
    waiting.slow_heads,
    waiting.blank_lines,
    waiting.bodies_that_never_begin,
    waiting.bodies_that_never_end,
    floods.large_header,
    floods.many_headers,
    floods.large_address,
    floods.requests_ahead,
    floods.large_batches,
    logs.removed_log,
    logs.refused_batches,
    access.keys,
    bundles.bundles,
    bundles.workers,
)


def main() -> None:
    """Run the attacks and print what was counted."""
    names = {attack.__name__: attack for attack in ATTACKS}
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="the attacks to run; all by default")
    failed = 0
    for name in parser.parse_args().names or names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                counts, verdict = names[name](Path(folder)), "held"
            except AssertionError as error:
                counts, verdict, failed = {"why": str(error)}, "NOT HELD", failed + 1
        print(f"{name}: {verdict}", *(f"    {what}: {count}" for what, count in counts.items()), sep="\n", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
