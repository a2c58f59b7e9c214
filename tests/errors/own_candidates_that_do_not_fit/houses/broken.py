def fit(matrix, target:
