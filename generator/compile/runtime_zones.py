"""Time zones: local times to moments and back, as ICU answers for hours that are skipped or come twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.compile.runtime_numbers import OutsideError


def from_zone(local: datetime, name: str) -> datetime:
    """Return the moment, in UTC, at which clocks in the zone ``name`` show ``local``.

    An hour that comes twice is taken for the later one; one that is skipped, by the clock from before.
    """
    zone = ZoneInfo(name)
    first = zone.utcoffset(local) or timedelta()
    second = zone.utcoffset(local.replace(fold=1)) or timedelta()
    try:
        return (local - (first if first < second else second)).replace(tzinfo=UTC)
    except OverflowError as error:
        raise OutsideError(f"{local} in {name} is outside the years 1 to 9999") from error


def to_zone(moment: datetime, name: str) -> datetime:
    """Return what clocks in the zone ``name`` show at ``moment``."""
    try:
        return moment.astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0)
    except OverflowError as error:
        raise OutsideError(f"{moment} in {name} is outside the years 1 to 9999") from error
