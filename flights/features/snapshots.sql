-- What the past says, as of each snapshot. A snapshot is taken at every step of its cadence and says what was known
-- before; tables hold those at which something changed, so that the latest one before a moment is what stood then.
-- Reads `events`: all rows of the table.

-- origin, date_trunc('HOUR', departure) over 3 days, every 1 day; rows count from 2 days before their time on
CREATE OR REPLACE TEMP TABLE by_origin_date_trunc_hour_departure_3_days AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    origin,
    date_trunc('HOUR', departure) AS __key_2,
    CAST(floor(epoch(departure - INTERVAL '2 days') / 86400) AS BIGINT) + 1 AS __snapshot,
    1 AS __value_1
  FROM events
  WHERE origin IS NOT NULL AND date_trunc('HOUR', departure) IS NOT NULL
),
steps AS (
  SELECT
    origin, __key_2,
    __snapshot,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY origin, __key_2, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT origin, __key_2, __snapshot + 3 AS __snapshot FROM steps
)
SELECT DISTINCT
  origin, __key_2,
  __snapshot,
  CAST(coalesce(sum(__count_1) OVER over_3_days, 0) AS BIGINT) AS hour_flights
FROM changes
WINDOW
  over_3_days AS (PARTITION BY origin, __key_2 ORDER BY __snapshot RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);

-- dest, date_trunc('HOUR', departure) over 3 days, every 1 day; rows count from 2 days before their time on
CREATE OR REPLACE TEMP TABLE by_dest_date_trunc_hour_departure_3_days AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    dest,
    date_trunc('HOUR', departure) AS __key_2,
    CAST(floor(epoch(departure - INTERVAL '2 days') / 86400) AS BIGINT) + 1 AS __snapshot,
    1 AS __value_1
  FROM events
  WHERE dest IS NOT NULL AND date_trunc('HOUR', departure) IS NOT NULL
),
steps AS (
  SELECT
    dest, __key_2,
    __snapshot,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY dest, __key_2, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT dest, __key_2, __snapshot + 3 AS __snapshot FROM steps
)
SELECT DISTINCT
  dest, __key_2,
  __snapshot,
  CAST(coalesce(sum(__count_1) OVER over_3_days, 0) AS BIGINT) AS dest_flights
FROM changes
WINDOW
  over_3_days AS (PARTITION BY dest, __key_2 ORDER BY __snapshot RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);

-- origin over 3 hours and 12 hours, every 1 hour; rows count from 30 minutes after their time on
CREATE OR REPLACE TEMP TABLE by_origin_3_hours_12_hours AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    origin,
    CAST(floor(epoch(departure + INTERVAL '30 minutes') / 3600) AS BIGINT) + 1 AS __snapshot,
    CAST(held AS BIGINT) AS __value_1
  FROM events
  WHERE origin IS NOT NULL
),
steps AS (
  SELECT
    origin,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY origin, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT origin, __snapshot + unnest([3, 12]) AS __snapshot FROM steps
)
SELECT DISTINCT
  origin,
  __snapshot,
  CAST(sum(__sum_1) OVER over_3_hours AS DOUBLE) / sum(__count_1) OVER over_3_hours AS origin_held_3h,
  CAST(sum(__sum_1) OVER over_12_hours AS DOUBLE) / sum(__count_1) OVER over_12_hours AS origin_held_12h
FROM changes
WINDOW
  over_3_hours AS (PARTITION BY origin ORDER BY __snapshot RANGE BETWEEN 2 PRECEDING AND CURRENT ROW),
  over_12_hours AS (PARTITION BY origin ORDER BY __snapshot RANGE BETWEEN 11 PRECEDING AND CURRENT ROW);

-- carrier over 3 hours and 12 hours, every 1 hour; rows count from 30 minutes after their time on
CREATE OR REPLACE TEMP TABLE by_carrier_3_hours_12_hours AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    carrier,
    CAST(floor(epoch(departure + INTERVAL '30 minutes') / 3600) AS BIGINT) + 1 AS __snapshot,
    CAST(held AS BIGINT) AS __value_1
  FROM events
  WHERE carrier IS NOT NULL
),
steps AS (
  SELECT
    carrier,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY carrier, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT carrier, __snapshot + unnest([3, 12]) AS __snapshot FROM steps
)
SELECT DISTINCT
  carrier,
  __snapshot,
  CAST(sum(__sum_1) OVER over_3_hours AS DOUBLE) / sum(__count_1) OVER over_3_hours AS carrier_held_3h,
  CAST(sum(__sum_1) OVER over_12_hours AS DOUBLE) / sum(__count_1) OVER over_12_hours AS carrier_held_12h
FROM changes
WINDOW
  over_3_hours AS (PARTITION BY carrier ORDER BY __snapshot RANGE BETWEEN 2 PRECEDING AND CURRENT ROW),
  over_12_hours AS (PARTITION BY carrier ORDER BY __snapshot RANGE BETWEEN 11 PRECEDING AND CURRENT ROW);

-- dest over 6 hours, every 1 hour; rows count from 30 minutes after their time on
CREATE OR REPLACE TEMP TABLE by_dest_6_hours AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    dest,
    CAST(floor(epoch(departure + INTERVAL '30 minutes') / 3600) AS BIGINT) + 1 AS __snapshot,
    CAST(held AS BIGINT) AS __value_1
  FROM events
  WHERE dest IS NOT NULL
),
steps AS (
  SELECT
    dest,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY dest, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT dest, __snapshot + 6 AS __snapshot FROM steps
)
SELECT DISTINCT
  dest,
  __snapshot,
  CAST(sum(__sum_1) OVER over_6_hours AS DOUBLE) / sum(__count_1) OVER over_6_hours AS dest_held_6h
FROM changes
WINDOW
  over_6_hours AS (PARTITION BY dest ORDER BY __snapshot RANGE BETWEEN 5 PRECEDING AND CURRENT ROW);

-- origin over 1 day and 1 week, every 1 day; rows count from 12 hours after their time on
CREATE OR REPLACE TEMP TABLE by_origin_1_day_1_week AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    origin,
    CAST(floor(epoch(departure + INTERVAL '12 hours') / 86400) AS BIGINT) + 1 AS __snapshot,
    CAST(arr_delay >= 30 AS BIGINT) AS __value_1
  FROM events
  WHERE origin IS NOT NULL
),
steps AS (
  SELECT
    origin,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY origin, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT origin, __snapshot + unnest([1, 7]) AS __snapshot FROM steps
)
SELECT DISTINCT
  origin,
  __snapshot,
  CAST(sum(__sum_1) OVER over_1_day AS DOUBLE) / sum(__count_1) OVER over_1_day AS origin_late_1d,
  CAST(sum(__sum_1) OVER over_1_week AS DOUBLE) / sum(__count_1) OVER over_1_week AS origin_late_7d
FROM changes
WINDOW
  over_1_day AS (PARTITION BY origin ORDER BY __snapshot RANGE BETWEEN 0 PRECEDING AND CURRENT ROW),
  over_1_week AS (PARTITION BY origin ORDER BY __snapshot RANGE BETWEEN 6 PRECEDING AND CURRENT ROW);

-- carrier over 1 week, every 1 day; rows count from 12 hours after their time on
CREATE OR REPLACE TEMP TABLE by_carrier_1_week AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    carrier,
    CAST(floor(epoch(departure + INTERVAL '12 hours') / 86400) AS BIGINT) + 1 AS __snapshot,
    CAST(arr_delay >= 30 AS BIGINT) AS __value_1
  FROM events
  WHERE carrier IS NOT NULL
),
steps AS (
  SELECT
    carrier,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY carrier, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT carrier, __snapshot + 7 AS __snapshot FROM steps
)
SELECT DISTINCT
  carrier,
  __snapshot,
  CAST(sum(__sum_1) OVER over_1_week AS DOUBLE) / sum(__count_1) OVER over_1_week AS carrier_late_7d
FROM changes
WINDOW
  over_1_week AS (PARTITION BY carrier ORDER BY __snapshot RANGE BETWEEN 6 PRECEDING AND CURRENT ROW);

-- dest over 1 week, every 1 day; rows count from 12 hours after their time on
CREATE OR REPLACE TEMP TABLE by_dest_1_week AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    dest,
    CAST(floor(epoch(departure + INTERVAL '12 hours') / 86400) AS BIGINT) + 1 AS __snapshot,
    CAST(arr_delay >= 30 AS BIGINT) AS __value_1
  FROM events
  WHERE dest IS NOT NULL
),
steps AS (
  SELECT
    dest,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY dest, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT dest, __snapshot + 7 AS __snapshot FROM steps
)
SELECT DISTINCT
  dest,
  __snapshot,
  CAST(sum(__sum_1) OVER over_1_week AS DOUBLE) / sum(__count_1) OVER over_1_week AS dest_late_7d
FROM changes
WINDOW
  over_1_week AS (PARTITION BY dest ORDER BY __snapshot RANGE BETWEEN 6 PRECEDING AND CURRENT ROW);

-- origin, dest over 30 days, every 1 day; rows count from 12 hours after their time on
CREATE OR REPLACE TEMP TABLE by_origin_dest_30_days AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    origin,
    dest,
    CAST(floor(epoch(departure + INTERVAL '12 hours') / 86400) AS BIGINT) + 1 AS __snapshot,
    CAST(arr_delay >= 30 AS BIGINT) AS __value_1
  FROM events
  WHERE origin IS NOT NULL AND dest IS NOT NULL
),
steps AS (
  SELECT
    origin, dest,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY origin, dest, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT origin, dest, __snapshot + 30 AS __snapshot FROM steps
)
SELECT DISTINCT
  origin, dest,
  __snapshot,
  CAST(sum(__sum_1) OVER over_30_days AS DOUBLE) / sum(__count_1) OVER over_30_days AS route_late_30d
FROM changes
WINDOW
  over_30_days AS (PARTITION BY origin, dest ORDER BY __snapshot RANGE BETWEEN 29 PRECEDING AND CURRENT ROW);

-- carrier, flight over 30 days, every 1 day; rows count from 12 hours after their time on
CREATE OR REPLACE TEMP TABLE by_carrier_flight_30_days AS
WITH known AS (
  SELECT
    departure AS __time,
    __row,
    carrier,
    flight,
    CAST(floor(epoch(departure + INTERVAL '12 hours') / 86400) AS BIGINT) + 1 AS __snapshot,
    CAST(arr_delay >= 30 AS BIGINT) AS __value_1
  FROM events
  WHERE carrier IS NOT NULL AND flight IS NOT NULL
),
steps AS (
  SELECT
    carrier, flight,
    __snapshot,
    sum(__value_1) AS __sum_1,
    count(__value_1) AS __count_1
  FROM known
  GROUP BY carrier, flight, __snapshot
),
changes AS (
  FROM steps
  UNION ALL BY NAME
  SELECT carrier, flight, __snapshot + 30 AS __snapshot FROM steps
)
SELECT DISTINCT
  carrier, flight,
  __snapshot,
  CAST(sum(__sum_1) OVER over_30_days AS DOUBLE) / sum(__count_1) OVER over_30_days AS flight_late_30d
FROM changes
WINDOW
  over_30_days AS (PARTITION BY carrier, flight ORDER BY __snapshot RANGE BETWEEN 29 PRECEDING AND CURRENT ROW);
