import numpy as np
import pandas as pd
from houses.nearest import fit


def predict(state, matrix, more):
    return np.asarray(pd.Series(matrix[:, 0]))
