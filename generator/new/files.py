"""The files of a new project, and the templates that print them."""

from generator.new.scaffold import Scaffold
from generator.plan.types import File


def files(plan: Scaffold) -> tuple[File, ...]:
    """Return the files of a new project, its config first."""
    special = (*(("linear_trees",) if plan.task != "multiclass" else ()), *(("poisson",) if plan.exponential else ()))
    paths = {
        **{f"conf/{group}/{plan.package}.yaml": f"conf/{group}.yaml" for group in ("problem", "data", "features")},
        **{
            f"conf/{name}.yaml": f"conf/{name}.yaml"
            for name in (
                "config", "metrics/standard", "explore/standard", "split/by_time", "split/at_random", "model/baseline",
                "model/linear", "model/spline", "model/lightgbm", "model/extra_trees",
                "blend/greedy", "tuning/none", "tuning/optuna", "engine/duckdb", "service/http",
                "release/gate", "monitor/drift", "ci/local", "ci/none", "ci/github", "ci/gitlab",
            )
        },
        **({f"conf/model/{name}.yaml": f"conf/model/{name}.yaml" for name in special}),
        **{
            name: name.lstrip(".")
            for name in ("README.md", "pyproject.toml", "requirements.txt", ".gitignore", ".dvcignore")
        },
    }  # fmt: skip
    return tuple(File(path=path, template=f"new/{template}.jinja", context=plan) for path, template in paths.items())
