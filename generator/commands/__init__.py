"""The verbs of the command line, one module each: a prefix of compose, validate, plan, render, compare, apply."""
