def fit(matrix, target, *, weight):
    return {}


def predict(state, matrix):
    return matrix[:, 0]
