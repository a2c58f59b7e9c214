"""Plan the encoding: which kinds a project can use, and the place that each has for what is missing, unseen or rare."""

from dataclasses import dataclass
from typing import Any

from generator.plan.tasks import task_of
from generator.project import Project
from generator.schema.encoding import Category, Number, Target, TextWords
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an encoding puts what is out of the ordinary."""

    columns: Code
    missing: Code
    unseen: Code
    rare: Code


PLACES = {
    "number": Place(
        columns=Code("1, or 2 with `indicator`"),
        missing=Code("NaN, or what `impute` says; `indicator` marks it in one more column."),
        unseen=Code("infinite values and values beyond float32 count as missing."),
        rare=Code("as any other value."),
    ),
    "category": Place(
        columns=Code("1"),
        missing=Code("NaN."),
        unseen=Code("NaN, as missing."),
        rare=Code("values below `min_count` share one code, the highest."),
    ),
    "one_hot": Place(
        columns=Code("one for each value, and 2"),
        missing=Code("a column of its own, the last."),
        unseen=Code('the column "other".'),
        rare=Code('the column "other": below `min_count`, or not among the `most` frequent.'),
    ),
    "ordinal": Place(
        columns=Code("1"),
        missing=Code("NaN."),
        unseen=Code("-1, below all others."),
        rare=Code("as any other value."),
    ),
    "target": Place(
        columns=Code("1, or one for each class but the first; one more with `count`"),
        missing=Code("a statistic of its own; the prior if no training row has one missing."),
        unseen=Code("the prior, which is the mean of all rows; the count is 0."),
        rare=Code("near the prior, which counts as `smooth` rows."),
    ),
    "hash": Place(
        columns=Code("`buckets`"),
        missing=Code("zero in every column."),
        unseen=Code("as any other value."),
        rare=Code("as any other value."),
    ),
    "text": Place(
        columns=Code("one for each word, at most `terms`"),
        missing=Code("zero in every column, as an empty text."),
        unseen=Code("words that training does not have are left out."),
        rare=Code("words in fewer than `min_count` rows, or not among the most frequent, are left out."),
    ),
}
"""The place of everything, by kind: what the rendered modules and docs/encoders.md say."""

DEFAULTS = {
    "category": Category(kind="category"),
    "target": Target(kind="target"),
    "text": TextWords(kind="text"),
}
"""What a category can become on the training rows when the config does not say how to encode it."""


PART = 'pq.read_table(path, columns=["__part"])["__part"]'
"""The code that reads which part each row belongs to."""

SINGLE_FILES = ("__init__.py", "single.py")
"""What of the package is needed to encode one row, without numpy."""

SINGLE_IMPORTS = (
    ("number", "import math"),
    ("category", "import math"),
    ("ordinal", "import math"),
    ("text", "import math"),
    ("text", "import re"),
    ("hash", "from zlib import crc32"),
)
SINGLE_TYPES = ("from collections.abc import Callable", "from typing import Any")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of encoding, and the module that does it."""

    name: str
    module: Code

    @property
    def single_template(self) -> str:
        """Return what renders the function that encodes one value."""
        return f"package/features/encoding/single/{self.module}.py.jinja"


@dataclass(frozen=True, kw_only=True)
class EncodingPlan:
    """What ``encoders.py`` and the modules of ``encoding/`` need."""

    classes: bool
    target_words: Code
    target_type: Code
    target_dtype: Code
    outcome_words: Code
    kinds: tuple[Kind, ...]
    modules: Code
    shared: Code
    places: dict[str, Place]
    number: dict[str, Any]
    defaults: dict[str, dict[str, Any]]
    chosen: bool
    kept: bool
    options: Code
    validated: Code
    target: bool
    has_numbers: bool
    has_texts: bool
    grouped: bool

    @property
    def files(self) -> tuple[str, ...]:
        """Return the modules of the package."""
        return (*SINGLE_FILES, "values.py", *(f"{kind.module}.py" for kind in self.kinds))

    @property
    def single_imports(self) -> tuple[Code, ...]:
        """Return what ``single.py`` imports of the standard library."""
        wanted = [line for kind, line in SINGLE_IMPORTS if kind in {item.name for item in self.kinds}]
        grouped = ["from itertools import groupby"] if self.has_numbers else []
        return tuple(Code(line) for line in (*dict.fromkeys(wanted), *grouped, *SINGLE_TYPES))

    @property
    def divided_by(self) -> Code:
        """Return the column by which training rows are divided where a target is encoded."""
        return Code("__group" if self.grouped else "__row")

    @property
    def rows_words(self) -> Code:
        """Return by what training rows are divided where a target is encoded."""
        return Code("the numbers of their groups" if self.grouped else "their numbers")

    @property
    def has_words(self) -> bool:
        """Return whether any text is taken apart."""
        return "text" in {kind.name for kind in self.kinds}


def encoding_plan(project: Project) -> EncodingPlan:
    """Plan the encodings that the features of ``project`` can have."""
    task = task_of(project)
    used: set[str] = {feature.encode.kind for feature in project.features if feature.encode}
    plain = {feature.encoding for feature in project.features if not feature.encode}
    chosen = "category" in plain
    used |= ({"number"} & plain) | (set(DEFAULTS) if chosen else set())
    folds = project.config.split.folds is not None
    kept = chosen and (project.config.release.refits or folds)
    kinds = tuple(
        Kind(name=name, module=Code("hashing" if name == "hash" else name)) for name in PLACES if name in used
    )
    return EncodingPlan(
        classes=task.classes,
        target_words=task.target_words,
        target_type=task.target_type,
        target_dtype=task.target_dtype,
        outcome_words=task.outcome_words,
        kinds=kinds,
        modules=Code(", ".join(sorted(kind.module for kind in kinds))),
        shared=_shared("number" in plain, chosen),
        places=PLACES,
        number=Number(kind="number").model_dump(mode="json"),
        defaults={name: encoding.model_dump(mode="json") for name, encoding in DEFAULTS.items()},
        chosen=chosen,
        kept=kept,
        options=_options("number" in plain, chosen, kept),
        validated=Code(f'pc.starts_with({PART}, "fold ")' if folds else f'pc.equal({PART}, "validation")'),
        target="target" in used,
        has_numbers="number" in plain,
        has_texts=bool(used - {"number"}),
        grouped=project.group is not None,
    )


def _options(has_numbers: bool, chosen: bool, kept: bool) -> Code:
    """Return the code that finds how the feature ``name`` is encoded: as the config says, as chosen, by its values."""
    kind = 'chosen["features"][name]["kind"] if chosen else choose(values)' if kept else "choose(values)"
    if not chosen:
        return Code("ENCODINGS.get(name) or NUMBER" if has_numbers else "ENCODINGS[name]")
    plain = f"(DEFAULTS[{kind}] if name in CATEGORIES else NUMBER)" if has_numbers else f"DEFAULTS[{kind}]"
    return Code(f"ENCODINGS.get(name) or {plain}")


def _shared(has_numbers: bool, chosen: bool) -> Code:
    """Return what ``encoders.py`` imports of ``values.py``."""
    options = ["Options"] if has_numbers or chosen else []
    return Code(", ".join([*options, *(["counts"] if chosen else [])]))
