def fit(matrix, target, neighbours):
    return {}


def predict(state, matrix):
    return matrix[:, 0]
