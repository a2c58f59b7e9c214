-- The inputs of features, of rows as they are in data/tables/flights.parquet: typed, and refused
-- with the reasons where they are none.
CREATE OR REPLACE TEMP TABLE __rows_checked AS
WITH typed AS (
  SELECT
    __row AS __row,
    TRY_CAST(carrier AS VARCHAR) AS carrier,
    TRY_CAST(flight AS BIGINT) AS flight,
    TRY_CAST(departure AS TIMESTAMP) AS departure,
    TRY_CAST(origin AS VARCHAR) AS origin,
    TRY_CAST(dest AS VARCHAR) AS dest,
    TRY_CAST(tailnum AS VARCHAR) AS tailnum,
    TRY_CAST(distance AS DOUBLE) AS distance,
    TRY_CAST(scheduled_departure AS TIMESTAMP) AS scheduled_departure,
    TRY_CAST(sched_arr_time AS BIGINT) AS sched_arr_time,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN flight IS NOT NULL AND (TRY_CAST(flight AS BIGINT) = TRY_CAST(flight AS DOUBLE)) IS NOT TRUE THEN 'flight is not a whole number: ' || CAST(flight AS VARCHAR) END,
      CASE WHEN departure IS NOT NULL AND TRY_CAST(departure AS TIMESTAMP) IS NULL THEN 'departure is not a timestamp: ' || CAST(departure AS VARCHAR) END,
      CASE WHEN distance IS NOT NULL AND TRY_CAST(distance AS DOUBLE) IS NULL THEN 'distance is not a number: ' || CAST(distance AS VARCHAR) END,
      CASE WHEN scheduled_departure IS NOT NULL AND TRY_CAST(scheduled_departure AS TIMESTAMP) IS NULL THEN 'scheduled_departure is not a timestamp: ' || CAST(scheduled_departure AS VARCHAR) END,
      CASE WHEN sched_arr_time IS NOT NULL AND (TRY_CAST(sched_arr_time AS BIGINT) = TRY_CAST(sched_arr_time AS DOUBLE)) IS NOT TRUE THEN 'sched_arr_time is not a whole number: ' || CAST(sched_arr_time AS VARCHAR) END
    ) AS __misfits
  FROM __rows
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, ''),
    CASE WHEN NOT (departure IS NOT NULL) THEN 'departure is missing' END
  ) AS __reasons
FROM typed;

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
