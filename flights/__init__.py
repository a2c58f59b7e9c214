"""The whole life of the project, one module a stage; ``dvc repro`` runs them in order."""
