"""Whether values stand in the order of the rows."""

from generator.new.reading import RAW, Raw


def in_order(raw: Raw, sql: str) -> bool:
    """Return whether the values of ``sql`` never fall from one row of the data to the next, or never rise."""
    ask = f"""SELECT count(*) FILTER (v < before), count(*) FILTER (v > before)
        FROM (SELECT v, lag(v) OVER (ORDER BY place) AS before
            FROM (SELECT {sql} AS v, row_number() OVER () AS place FROM {RAW}) WHERE v IS NOT NULL)"""
    falls, rises = raw.database.execute(ask).fetchall()[0]
    return not falls or not rises
