"""What experiments of DVC were: their figures beside each other, and their values as lines of ``conf/``."""
