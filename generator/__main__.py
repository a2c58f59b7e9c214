"""Let ``python -m generator`` do what ``ninefold`` does."""

from generator.cli import main

if __name__ == "__main__":
    main()
