"""Print how far long work is: one line that is written over on a terminal, elsewhere a line every few seconds."""

import sys
import time

TERMINAL, PLAIN = 0.2, 5.0  # seconds from one line to the next
CLEAR = "\r\033[K"


class Progress:
    """How many of ``total`` are done; nothing is printed of work that takes less than a few seconds."""

    def __init__(self, total: int | None, words: str) -> None:
        """Begin to count; ``words`` say what of and what is done, as in "rows scored", ``total`` may not be known."""
        self.total, self.words, self.done = total, words, 0
        self.terminal = sys.stdout.isatty()
        self.started = self.printed = time.monotonic()

    def add(self, count: int) -> None:
        """Count ``count`` more as done."""
        self.done += count
        now = time.monotonic()
        if now - self.printed >= (TERMINAL if self.terminal else PLAIN):
            self.printed = now
            line = self.line(self.done / (now - self.started))
            print(f"{CLEAR}{line}" if self.terminal else line, end="" if self.terminal else "\n", flush=True)
        if self.terminal and self.done == self.total:
            print(CLEAR, end="", flush=True)

    def line(self, rate: float) -> str:
        """Return how far it is, at ``rate`` a second."""
        if self.total is None:
            return f"{self.done:,} {self.words}, {rate:,.0f} a second"
        left = (self.total - self.done) / rate
        return f"{self.done:,} of {self.total:,} {self.words}, about {left:,.0f} s to go"
