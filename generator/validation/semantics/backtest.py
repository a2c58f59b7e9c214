"""What a backtest needs: rows with a time, and a candidate that there is."""

from generator.errors import suggestion
from generator.validation.semantics.session import Session


def check_backtest(session: Session) -> None:
    """Say why history cannot be replayed, where the config asks for that."""
    config = session.config
    if config.backtest is None:
        return
    if config.problem.use == "descriptive":
        hint = "leave it out, or set `use: predictive`"
        session.say(("backtest",), "a descriptive project has no model to replay history with", hint)
    elif all(column.role != "time" for column in config.data.columns.values()):
        hint = "leave it out, or give one column `role: time`"
        session.say(("backtest",), "a backtest needs a time column, and the table has none", hint)
    if config.backtest.candidate is not None and config.backtest.candidate not in config.model:
        hint = suggestion(config.backtest.candidate, config.model)
        session.say(("backtest", "candidate"), f"no candidate '{config.backtest.candidate}'", hint)
