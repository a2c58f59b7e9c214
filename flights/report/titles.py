"""What the pages call each metric, and how they explain it."""

TITLES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}
MEANINGS = {
    "roc_auc": "The chance that a random positive row scores higher than a random negative one. 0.5 is guessing, 1 is perfect.",
    "average_precision": "Precision, averaged over all values of recall. Guessing gives the base rate.",
    "log_loss": "The mean of -log of the probability predicted for the outcome. Lower is better; 0 is perfect.",
    "brier": "The mean squared error of the probability. Lower is better.",
    "calibration_error": "How far, on average, predicted probabilities are from observed frequencies. Lower is better.",
}
