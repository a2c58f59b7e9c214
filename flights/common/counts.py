"""Say how many of something there are."""


def counted(count: int, noun: str, one: str = "", many: str = "") -> str:
    """Return ``count`` with ``noun``, in the plural unless it is 1, and the verb for ``one`` or ``many``."""
    words = (f"{count:,}", noun if count == 1 else f"{noun}s", one if count == 1 else many)
    return " ".join(word for word in words if word)
