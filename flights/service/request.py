"""What a request holds: the columns of data/tables/flights.parquet that the features are computed from."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Timestamp = Annotated[datetime, Meta(tz=False)]


class Row(Struct, forbid_unknown_fields=True, gc=False):
    """One row to predict; every field is given, null where its value is not known."""

    carrier: str | None
    flight: Integer | None
    departure: Timestamp
    origin: str | None
    dest: str | None
    tailnum: str | None
    distance: float | None
    scheduled_departure: Timestamp | None
    sched_arr_time: Integer | None


FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(Row))
COLUMNS = (
    "carrier",
    "flight",
    "departure",
    "origin",
    "dest",
    "tailnum",
    "distance",
    "scheduled_departure",
    "sched_arr_time",
)
