def houses(since=2010):
    return None


def areas(year, *, zone):
    return None


def anything(**given):
    return None
