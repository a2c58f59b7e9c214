"""What a bundle is installed with is complete: it is installed without looking for more."""

from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from generator.plan.package import BULK_LIBRARIES, LIBRARIES
from generator.plan.tasks import SKLEARN_LIBRARIES

ASKED = {
    ("httptools", "msgspec", "prometheus_client", "pyyaml", "starlette", "uvicorn", "uvloop"): LIBRARIES,
    ("numpy", "scikit-learn", "skops"): SKLEARN_LIBRARIES,
    ("duckdb", "pyarrow", "scipy"): BULK_LIBRARIES,
}
"""What rendered code imports, and what is pinned for that."""


def required(name: str) -> set[str]:
    """Return the libraries that ``name`` requires here, itself among them."""
    found: set[str] = set()
    waiting = [Requirement(name)]
    while waiting:
        item = waiting.pop()
        if canonicalize_name(item.name) not in found:
            found.add(canonicalize_name(item.name))
            wanted = map(Requirement, requires(item.name) or ())
            waiting += [other for other in wanted if not other.marker or other.marker.evaluate({"extra": ""})]
    return found


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_all_that_a_library_requires_is_pinned_and_nothing_else(asked: tuple[str, ...]) -> None:
    pinned = {canonicalize_name(name) for name in ASKED[asked]}
    assert set().union(*map(required, asked)) == pinned
