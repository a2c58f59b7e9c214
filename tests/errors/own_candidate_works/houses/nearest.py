def fit(matrix, target, neighbours, *, seed=0):
    return {}


def predict(state, matrix):
    return matrix[:, 0]
