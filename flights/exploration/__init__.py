"""What exploration looks at: columns, relations, suspicions, hypotheses."""
