-- The inputs of features, of rows as they are in the file that data/tables/flights.parquet is made from: typed, and refused
-- with the reasons where they are none.
CREATE OR REPLACE TEMP VIEW __texts AS
SELECT
  __row,
  CAST(carrier AS VARCHAR) AS carrier,
  CAST(flight AS VARCHAR) AS flight,
  CAST(origin AS VARCHAR) AS origin,
  CAST(dest AS VARCHAR) AS dest,
  CAST(tailnum AS VARCHAR) AS tailnum,
  CAST(distance AS VARCHAR) AS distance,
  CAST(sched_arr_time AS VARCHAR) AS sched_arr_time,
  CAST(year AS VARCHAR) AS year,
  CAST(month AS VARCHAR) AS month,
  CAST(day AS VARCHAR) AS day,
  CAST(hour AS VARCHAR) AS hour,
  CAST(minute AS VARCHAR) AS minute,
  CAST(time_hour AS VARCHAR) AS time_hour
FROM __rows;

CREATE OR REPLACE TEMP TABLE __rows_checked AS
WITH typed AS (
  SELECT
    __row AS __row,
    carrier,
    TRY_CAST(flight AS BIGINT) AS flight,
    origin,
    dest,
    tailnum,
    TRY_CAST(distance AS DOUBLE) AS distance,
    TRY_CAST(sched_arr_time AS BIGINT) AS sched_arr_time,
    TRY_CAST(year AS BIGINT) AS year,
    TRY_CAST(month AS BIGINT) AS month,
    TRY_CAST(day AS BIGINT) AS day,
    TRY_CAST(hour AS BIGINT) AS hour,
    TRY_CAST(minute AS BIGINT) AS minute,
    TRY_CAST(time_hour AS TIMESTAMP) AS time_hour,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN flight IS NOT NULL AND (TRY_CAST(flight AS BIGINT) = TRY_CAST(flight AS DOUBLE)) IS NOT TRUE THEN 'flight is not a whole number: ' || flight END,
      CASE WHEN distance IS NOT NULL AND TRY_CAST(distance AS DOUBLE) IS NULL THEN 'distance is not a number: ' || distance END,
      CASE WHEN sched_arr_time IS NOT NULL AND (TRY_CAST(sched_arr_time AS BIGINT) = TRY_CAST(sched_arr_time AS DOUBLE)) IS NOT TRUE THEN 'sched_arr_time is not a whole number: ' || sched_arr_time END,
      CASE WHEN year IS NOT NULL AND (TRY_CAST(year AS BIGINT) = TRY_CAST(year AS DOUBLE)) IS NOT TRUE THEN 'year is not a whole number: ' || year END,
      CASE WHEN month IS NOT NULL AND (TRY_CAST(month AS BIGINT) = TRY_CAST(month AS DOUBLE)) IS NOT TRUE THEN 'month is not a whole number: ' || month END,
      CASE WHEN day IS NOT NULL AND (TRY_CAST(day AS BIGINT) = TRY_CAST(day AS DOUBLE)) IS NOT TRUE THEN 'day is not a whole number: ' || day END,
      CASE WHEN hour IS NOT NULL AND (TRY_CAST(hour AS BIGINT) = TRY_CAST(hour AS DOUBLE)) IS NOT TRUE THEN 'hour is not a whole number: ' || hour END,
      CASE WHEN minute IS NOT NULL AND (TRY_CAST(minute AS BIGINT) = TRY_CAST(minute AS DOUBLE)) IS NOT TRUE THEN 'minute is not a whole number: ' || minute END,
      CASE WHEN time_hour IS NOT NULL AND TRY_CAST(time_hour AS TIMESTAMP) IS NULL THEN 'time_hour is not a timestamp: ' || time_hour END
    ) AS __misfits
  FROM __texts
),
step_1 AS (
  SELECT
    *,
    time_hour + to_minutes(minute) AS departure,
    make_timestamp(year, month, day, hour, minute, 0) AS scheduled_departure
  FROM typed
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, ''),
    CASE WHEN NOT (origin IN ('EWR', 'JFK', 'LGA')) THEN 'breaks leaves_new_york' END,
    CASE WHEN NOT (distance > 0) THEN 'breaks real_distance' END,
    CASE WHEN NOT (departure IS NOT NULL) THEN 'departure is missing' END
  ) AS __reasons
FROM step_1;

CREATE OR REPLACE TEMP TABLE inputs AS
SELECT
  __row,
  carrier,
  flight,
  departure,
  origin,
  dest,
  tailnum,
  CASE WHEN isfinite(distance) THEN distance END AS distance,
  scheduled_departure,
  sched_arr_time
FROM __rows_checked
WHERE __reasons = '';
