"""Round predictions to the digits that every processor agrees on."""

import numpy as np

BITS = 30  # nine digits


def rounded(predictions: np.ndarray) -> np.ndarray:
    """Return ``predictions``, of any shape, without the last bits, in which exponentials differ between processors."""
    fraction, exponent = np.frexp(predictions)
    return np.ldexp(np.round(np.ldexp(fraction, BITS)), exponent - BITS)
