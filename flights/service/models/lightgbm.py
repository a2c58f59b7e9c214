"""LightGBM's trees by its C library, which is loaded without its Python package: that imports much and adds time."""

import ctypes
from importlib.util import find_spec
from pathlib import Path
from struct import Struct
from weakref import finalize

LIBRARIES = ("lightgbm",)
FLOAT32 = 0
PREDICTION, CONTRIBUTIONS = 0, 3
ONE_THREAD = b"num_threads=1"  # its pool of threads costs more to wake than a row takes
Score = float


class LightGBMError(RuntimeError):
    """The C library refuses something."""


def library() -> ctypes.CDLL:
    """Return the C library that the installed package holds."""
    found = find_spec("lightgbm")
    if found is None or found.origin is None:
        raise LightGBMError("lightgbm is not installed")
    home = Path(found.origin).parent
    file = next(
        (file for file in sorted(home.rglob("lib_lightgbm.*")) if file.suffix in (".so", ".dylib", ".dll")), None
    )
    if file is None:
        raise LightGBMError(f"there is no lib_lightgbm in {home}")
    loaded = ctypes.CDLL(str(file))
    loaded.LGBM_GetLastError.restype = ctypes.c_char_p
    return loaded


class Model:
    """Predicts the probability that the target is true.

    Single rows go through one buffer and one configuration: use a model from one thread only.
    """

    def __init__(self, folder: Path) -> None:
        """Read the model that training wrote into ``folder``."""
        self.library = library()
        self.booster = ctypes.c_void_p()
        self.call(
            "BoosterCreateFromModelfile",
            str(folder / "model.txt").encode(),
            ctypes.byref(ctypes.c_int()),
            ctypes.byref(self.booster),
        )
        finalize(self, self.library.LGBM_BoosterFree, self.booster)
        classes, width = ctypes.c_int(), ctypes.c_int()
        self.call("BoosterGetNumClasses", self.booster, ctypes.byref(classes))
        self.call("BoosterGetNumFeature", self.booster, ctypes.byref(width))
        self.classes, self.width = classes.value, width.value
        self.rows = Struct(f"{self.width}f")
        self.row = (ctypes.c_float * self.width)()
        self.outputs = (ctypes.c_double * self.classes)()
        self.written = ctypes.c_int64()
        self.fast = ctypes.c_void_p()
        self.call(
            "BoosterPredictForMatSingleRowFastInit",
            self.booster,
            PREDICTION,
            0,
            -1,
            FLOAT32,
            self.width,
            ONE_THREAD,
            ctypes.byref(self.fast),
        )
        finalize(self, self.library.LGBM_FastConfigFree, self.fast)
        self.predict = self.library.LGBM_BoosterPredictForMatSingleRowFast
        self.arguments = (self.fast, self.row, ctypes.byref(self.written), self.outputs)

    def call(self, function: str, *arguments: object) -> None:
        """Call ``function`` of the library; raise what it says went wrong."""
        if getattr(self.library, f"LGBM_{function}")(*arguments):
            raise LightGBMError(self.library.LGBM_GetLastError().decode())

    def score(self, columns: list[float]) -> Score:
        """Return the prediction for one row."""
        self.rows.pack_into(self.row, 0, *columns)
        if self.predict(*self.arguments):
            raise LightGBMError(self.library.LGBM_GetLastError().decode())
        return self.outputs[0]

    def matrix(self, rows: list[list[float]], kind: int, width: int) -> list[float]:
        """Return ``width`` numbers of ``kind`` for each of ``rows``, one row after the other."""
        given = b"".join([self.rows.pack(*row) for row in rows])
        outputs = (ctypes.c_double * (width * len(rows)))()
        self.call(
            "BoosterPredictForMat",
            self.booster,
            given,
            FLOAT32,
            len(rows),
            self.width,
            1,
            kind,
            0,
            -1,
            ONE_THREAD,
            ctypes.byref(self.written),
            outputs,
        )
        return outputs[:]

    def scores(self, rows: list[list[float]]) -> list[Score]:
        """Return the prediction for each of ``rows``."""
        return self.matrix(rows, PREDICTION, 1)

    def contributions(self, columns: list[float]) -> list[list[float]]:
        """Return what each column adds to the raw score of each output, and last what all rows begin with (TreeSHAP)."""
        width = self.width + 1
        found = self.matrix([columns], CONTRIBUTIONS, width * self.classes)
        return [found[start : start + width] for start in range(0, len(found), width)]
