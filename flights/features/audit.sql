-- What was known at a moment: rows of the past and of the timetable ahead, outcomes that were certain by then.
-- Takes the place of what features.sql and snapshots.sql read; asks for the rows that were decided last.
CREATE OR REPLACE TEMP TABLE inputs AS
SELECT * REPLACE (
  CASE WHEN FALSE THEN arr_delay END AS arr_delay,
  CASE WHEN FALSE THEN dep_delay END AS dep_delay,
  CASE WHEN FALSE THEN dep_time END AS dep_time,
  CASE WHEN FALSE THEN arr_time END AS arr_time,
  CASE WHEN FALSE THEN air_time END AS air_time,
  CASE WHEN FALSE THEN held END AS held
)
FROM read_parquet('data/tables/flights.parquet')
WHERE departure - INTERVAL '3 hours' <= getvariable('moment')
ORDER BY departure DESC, __row
LIMIT getvariable('rows');

SET VARIABLE since = (SELECT min(departure) FROM inputs);

CREATE OR REPLACE TEMP VIEW events AS
SELECT * REPLACE (
  CASE WHEN departure + INTERVAL '12 hours' <= getvariable('moment') THEN arr_delay END AS arr_delay,
  CASE WHEN departure + INTERVAL '12 hours' <= getvariable('moment') THEN dep_delay END AS dep_delay,
  CASE WHEN departure + INTERVAL '12 hours' <= getvariable('moment') THEN dep_time END AS dep_time,
  CASE WHEN departure + INTERVAL '12 hours' <= getvariable('moment') THEN arr_time END AS arr_time,
  CASE WHEN departure + INTERVAL '12 hours' <= getvariable('moment') THEN air_time END AS air_time,
  CASE WHEN departure + INTERVAL '30 minutes' <= getvariable('moment') THEN held END AS held
)
FROM read_parquet('data/tables/flights.parquet')
WHERE departure <= getvariable('known') AND departure >= getvariable('since') - INTERVAL '759 hours';

CREATE OR REPLACE TEMP VIEW weather AS
FROM read_parquet('data/tables/weather.parquet')
WHERE time_hour <= getvariable('moment');
