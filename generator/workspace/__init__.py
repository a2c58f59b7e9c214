"""What is on disk: what changes, which stages will run, and the writing itself."""
