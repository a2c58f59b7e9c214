-- The columns that features are computed from, with the types that data/tables/flights.parquet has.
CREATE OR REPLACE TEMP TABLE inputs AS
SELECT
  __row,
  CAST(carrier AS VARCHAR) AS carrier,
  CAST(flight AS BIGINT) AS flight,
  CAST(departure AS TIMESTAMP) AS departure,
  CAST(origin AS VARCHAR) AS origin,
  CAST(dest AS VARCHAR) AS dest,
  CAST(tailnum AS VARCHAR) AS tailnum,
  CASE WHEN isfinite(CAST(distance AS DOUBLE)) THEN CAST(distance AS DOUBLE) END AS distance,
  CAST(scheduled_departure AS TIMESTAMP) AS scheduled_departure,
  CAST(sched_arr_time AS BIGINT) AS sched_arr_time
FROM __rows;
