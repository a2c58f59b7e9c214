-- Raw text becomes typed columns; every rule of conf/data/ is checked; rows that break one leave with their reasons.

-- flights
CREATE OR REPLACE TEMP TABLE flights_checked AS
WITH typed AS (
  SELECT
    file_row_number AS __row,
    carrier,
    TRY_CAST(flight AS BIGINT) AS flight,
    origin,
    dest,
    tailnum,
    TRY_CAST(distance AS DOUBLE) AS distance,
    TRY_CAST(sched_arr_time AS BIGINT) AS sched_arr_time,
    TRY_CAST(arr_delay AS DOUBLE) AS arr_delay,
    TRY_CAST(dep_delay AS DOUBLE) AS dep_delay,
    TRY_CAST(dep_time AS BIGINT) AS dep_time,
    TRY_CAST(arr_time AS BIGINT) AS arr_time,
    TRY_CAST(air_time AS DOUBLE) AS air_time,
    TRY_CAST(year AS BIGINT) AS year,
    TRY_CAST(month AS BIGINT) AS month,
    TRY_CAST(day AS BIGINT) AS day,
    TRY_CAST(hour AS BIGINT) AS hour,
    TRY_CAST(minute AS BIGINT) AS minute,
    TRY_CAST(sched_dep_time AS BIGINT) AS sched_dep_time,
    TRY_CAST(time_hour AS TIMESTAMP) AS time_hour,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN flight IS NOT NULL AND (TRY_CAST(flight AS BIGINT) = TRY_CAST(flight AS DOUBLE)) IS NOT TRUE THEN 'flight is not a whole number: ' || flight END,
      CASE WHEN distance IS NOT NULL AND TRY_CAST(distance AS DOUBLE) IS NULL THEN 'distance is not a number: ' || distance END,
      CASE WHEN sched_arr_time IS NOT NULL AND (TRY_CAST(sched_arr_time AS BIGINT) = TRY_CAST(sched_arr_time AS DOUBLE)) IS NOT TRUE THEN 'sched_arr_time is not a whole number: ' || sched_arr_time END,
      CASE WHEN arr_delay IS NOT NULL AND TRY_CAST(arr_delay AS DOUBLE) IS NULL THEN 'arr_delay is not a number: ' || arr_delay END,
      CASE WHEN dep_delay IS NOT NULL AND TRY_CAST(dep_delay AS DOUBLE) IS NULL THEN 'dep_delay is not a number: ' || dep_delay END,
      CASE WHEN dep_time IS NOT NULL AND (TRY_CAST(dep_time AS BIGINT) = TRY_CAST(dep_time AS DOUBLE)) IS NOT TRUE THEN 'dep_time is not a whole number: ' || dep_time END,
      CASE WHEN arr_time IS NOT NULL AND (TRY_CAST(arr_time AS BIGINT) = TRY_CAST(arr_time AS DOUBLE)) IS NOT TRUE THEN 'arr_time is not a whole number: ' || arr_time END,
      CASE WHEN air_time IS NOT NULL AND TRY_CAST(air_time AS DOUBLE) IS NULL THEN 'air_time is not a number: ' || air_time END,
      CASE WHEN year IS NOT NULL AND (TRY_CAST(year AS BIGINT) = TRY_CAST(year AS DOUBLE)) IS NOT TRUE THEN 'year is not a whole number: ' || year END,
      CASE WHEN month IS NOT NULL AND (TRY_CAST(month AS BIGINT) = TRY_CAST(month AS DOUBLE)) IS NOT TRUE THEN 'month is not a whole number: ' || month END,
      CASE WHEN day IS NOT NULL AND (TRY_CAST(day AS BIGINT) = TRY_CAST(day AS DOUBLE)) IS NOT TRUE THEN 'day is not a whole number: ' || day END,
      CASE WHEN hour IS NOT NULL AND (TRY_CAST(hour AS BIGINT) = TRY_CAST(hour AS DOUBLE)) IS NOT TRUE THEN 'hour is not a whole number: ' || hour END,
      CASE WHEN minute IS NOT NULL AND (TRY_CAST(minute AS BIGINT) = TRY_CAST(minute AS DOUBLE)) IS NOT TRUE THEN 'minute is not a whole number: ' || minute END,
      CASE WHEN sched_dep_time IS NOT NULL AND (TRY_CAST(sched_dep_time AS BIGINT) = TRY_CAST(sched_dep_time AS DOUBLE)) IS NOT TRUE THEN 'sched_dep_time is not a whole number: ' || sched_dep_time END,
      CASE WHEN time_hour IS NOT NULL AND TRY_CAST(time_hour AS TIMESTAMP) IS NULL THEN 'time_hour is not a timestamp: ' || time_hour END
    ) AS __misfits
  FROM read_parquet('data/raw/flights.parquet', file_row_number = true)
),
step_1 AS (
  SELECT
    *,
    time_hour + to_minutes(minute) AS departure,
    make_timestamp(year, month, day, hour, minute, 0) AS scheduled_departure,
    coalesce(dep_delay >= 30, TRUE) AS held
  FROM typed
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, ''),
    CASE WHEN NOT (origin IN ('EWR', 'JFK', 'LGA')) THEN 'breaks leaves_new_york' END,
    CASE WHEN NOT (distance > 0) THEN 'breaks real_distance' END,
    CASE WHEN NOT (departure IS NOT NULL) THEN 'departure is missing' END,
    CASE WHEN row_number() OVER (PARTITION BY carrier, flight, departure ORDER BY __row) > 1 THEN 'the key is already taken' END
  ) AS __reasons
FROM step_1;

CREATE OR REPLACE TEMP VIEW flights_kept AS
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
  sched_arr_time,
  CASE WHEN isfinite(arr_delay) THEN arr_delay END AS arr_delay,
  CASE WHEN isfinite(dep_delay) THEN dep_delay END AS dep_delay,
  dep_time,
  arr_time,
  CASE WHEN isfinite(air_time) THEN air_time END AS air_time,
  held
FROM flights_checked
WHERE __reasons = ''
ORDER BY __row;

-- weather
CREATE OR REPLACE TEMP TABLE weather_checked AS
WITH typed AS (
  SELECT
    file_row_number AS __row,
    origin,
    TRY_CAST(time_hour AS TIMESTAMP) AS time_hour,
    TRY_CAST(temp AS DOUBLE) AS temp,
    TRY_CAST(dewp AS DOUBLE) AS dewp,
    TRY_CAST(humid AS DOUBLE) AS humid,
    TRY_CAST(wind_speed AS DOUBLE) AS wind_speed,
    TRY_CAST(precip AS DOUBLE) AS precip,
    TRY_CAST(pressure AS DOUBLE) AS pressure,
    TRY_CAST(visib AS DOUBLE) AS visib,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN time_hour IS NOT NULL AND TRY_CAST(time_hour AS TIMESTAMP) IS NULL THEN 'time_hour is not a timestamp: ' || time_hour END,
      CASE WHEN temp IS NOT NULL AND TRY_CAST(temp AS DOUBLE) IS NULL THEN 'temp is not a number: ' || temp END,
      CASE WHEN dewp IS NOT NULL AND TRY_CAST(dewp AS DOUBLE) IS NULL THEN 'dewp is not a number: ' || dewp END,
      CASE WHEN humid IS NOT NULL AND TRY_CAST(humid AS DOUBLE) IS NULL THEN 'humid is not a number: ' || humid END,
      CASE WHEN wind_speed IS NOT NULL AND TRY_CAST(wind_speed AS DOUBLE) IS NULL THEN 'wind_speed is not a number: ' || wind_speed END,
      CASE WHEN precip IS NOT NULL AND TRY_CAST(precip AS DOUBLE) IS NULL THEN 'precip is not a number: ' || precip END,
      CASE WHEN pressure IS NOT NULL AND TRY_CAST(pressure AS DOUBLE) IS NULL THEN 'pressure is not a number: ' || pressure END,
      CASE WHEN visib IS NOT NULL AND TRY_CAST(visib AS DOUBLE) IS NULL THEN 'visib is not a number: ' || visib END
    ) AS __misfits
  FROM read_parquet('data/raw/weather.parquet', file_row_number = true)
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, '')
  ) AS __reasons
FROM typed;

CREATE OR REPLACE TEMP VIEW weather_kept AS
SELECT
  origin,
  time_hour,
  CASE WHEN isfinite(temp) THEN temp END AS temp,
  CASE WHEN isfinite(dewp) THEN dewp END AS dewp,
  CASE WHEN isfinite(humid) THEN humid END AS humid,
  CASE WHEN isfinite(wind_speed) AND (wind_speed < 150) IS NOT FALSE THEN wind_speed END AS wind_speed,
  CASE WHEN isfinite(precip) THEN precip END AS precip,
  CASE WHEN isfinite(pressure) THEN pressure END AS pressure,
  CASE WHEN isfinite(visib) THEN visib END AS visib
FROM weather_checked
WHERE __reasons = ''
ORDER BY __row;

-- planes
CREATE OR REPLACE TEMP TABLE planes_checked AS
WITH typed AS (
  SELECT
    file_row_number AS __row,
    tailnum,
    TRY_CAST(year AS BIGINT) AS year,
    manufacturer,
    TRY_CAST(engines AS BIGINT) AS engines,
    TRY_CAST(seats AS BIGINT) AS seats,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN year IS NOT NULL AND (TRY_CAST(year AS BIGINT) = TRY_CAST(year AS DOUBLE)) IS NOT TRUE THEN 'year is not a whole number: ' || year END,
      CASE WHEN engines IS NOT NULL AND (TRY_CAST(engines AS BIGINT) = TRY_CAST(engines AS DOUBLE)) IS NOT TRUE THEN 'engines is not a whole number: ' || engines END,
      CASE WHEN seats IS NOT NULL AND (TRY_CAST(seats AS BIGINT) = TRY_CAST(seats AS DOUBLE)) IS NOT TRUE THEN 'seats is not a whole number: ' || seats END
    ) AS __misfits
  FROM read_parquet('data/raw/planes.parquet', file_row_number = true)
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, '')
  ) AS __reasons
FROM typed;

CREATE OR REPLACE TEMP VIEW planes_kept AS
SELECT
  tailnum,
  year,
  manufacturer,
  engines,
  seats
FROM planes_checked
WHERE __reasons = ''
ORDER BY __row;

-- airports
CREATE OR REPLACE TEMP TABLE airports_checked AS
WITH typed AS (
  SELECT
    file_row_number AS __row,
    faa,
    TRY_CAST(lat AS DOUBLE) AS lat,
    TRY_CAST(lon AS DOUBLE) AS lon,
    TRY_CAST(alt AS DOUBLE) AS alt,
    TRY_CAST(tz AS DOUBLE) AS tz,
    concat_ws(
      '; ',
      NULL,
      CASE WHEN lat IS NOT NULL AND TRY_CAST(lat AS DOUBLE) IS NULL THEN 'lat is not a number: ' || lat END,
      CASE WHEN lon IS NOT NULL AND TRY_CAST(lon AS DOUBLE) IS NULL THEN 'lon is not a number: ' || lon END,
      CASE WHEN alt IS NOT NULL AND TRY_CAST(alt AS DOUBLE) IS NULL THEN 'alt is not a number: ' || alt END,
      CASE WHEN tz IS NOT NULL AND TRY_CAST(tz AS DOUBLE) IS NULL THEN 'tz is not a number: ' || tz END
    ) AS __misfits
  FROM read_parquet('data/raw/airports.parquet', file_row_number = true)
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, '')
  ) AS __reasons
FROM typed;

CREATE OR REPLACE TEMP VIEW airports_kept AS
SELECT
  faa,
  CASE WHEN isfinite(lat) THEN lat END AS lat,
  CASE WHEN isfinite(lon) THEN lon END AS lon,
  CASE WHEN isfinite(alt) THEN alt END AS alt,
  CASE WHEN isfinite(tz) THEN tz END AS tz
FROM airports_checked
WHERE __reasons = ''
ORDER BY __row;

-- airlines
CREATE OR REPLACE TEMP TABLE airlines_checked AS
WITH typed AS (
  SELECT
    file_row_number AS __row,
    carrier,
    name,
    concat_ws(
      '; ',
      NULL
    ) AS __misfits
  FROM read_parquet('data/raw/airlines.parquet', file_row_number = true)
)
SELECT
  *,
  concat_ws(
    '; ',
    nullif(__misfits, '')
  ) AS __reasons
FROM typed;

CREATE OR REPLACE TEMP VIEW airlines_kept AS
SELECT
  carrier,
  name
FROM airlines_checked
WHERE __reasons = ''
ORDER BY __row;

CREATE OR REPLACE TEMP VIEW quarantine AS
SELECT 'flights' AS source, checked.__row AS source_row, checked.__reasons AS reasons, to_json(raw.__content) AS content
FROM flights_checked AS checked
JOIN (
  SELECT file_row_number AS __row, struct_pack(*COLUMNS(*)) AS __content
  FROM read_parquet('data/raw/flights.parquet', file_row_number = true)
) AS raw ON raw.__row = checked.__row
WHERE checked.__reasons <> ''
UNION ALL
SELECT 'weather' AS source, checked.__row AS source_row, checked.__reasons AS reasons, to_json(raw.__content) AS content
FROM weather_checked AS checked
JOIN (
  SELECT file_row_number AS __row, struct_pack(*COLUMNS(*)) AS __content
  FROM read_parquet('data/raw/weather.parquet', file_row_number = true)
) AS raw ON raw.__row = checked.__row
WHERE checked.__reasons <> ''
UNION ALL
SELECT 'planes' AS source, checked.__row AS source_row, checked.__reasons AS reasons, to_json(raw.__content) AS content
FROM planes_checked AS checked
JOIN (
  SELECT file_row_number AS __row, struct_pack(*COLUMNS(*)) AS __content
  FROM read_parquet('data/raw/planes.parquet', file_row_number = true)
) AS raw ON raw.__row = checked.__row
WHERE checked.__reasons <> ''
UNION ALL
SELECT 'airports' AS source, checked.__row AS source_row, checked.__reasons AS reasons, to_json(raw.__content) AS content
FROM airports_checked AS checked
JOIN (
  SELECT file_row_number AS __row, struct_pack(*COLUMNS(*)) AS __content
  FROM read_parquet('data/raw/airports.parquet', file_row_number = true)
) AS raw ON raw.__row = checked.__row
WHERE checked.__reasons <> ''
UNION ALL
SELECT 'airlines' AS source, checked.__row AS source_row, checked.__reasons AS reasons, to_json(raw.__content) AS content
FROM airlines_checked AS checked
JOIN (
  SELECT file_row_number AS __row, struct_pack(*COLUMNS(*)) AS __content
  FROM read_parquet('data/raw/airlines.parquet', file_row_number = true)
) AS raw ON raw.__row = checked.__row
WHERE checked.__reasons <> ''
ORDER BY source, source_row;

CREATE OR REPLACE TEMP VIEW rules AS
SELECT 'fits_its_types' AS rule, 'flights' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE __misfits <> '') AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'time_is_known' AS rule, 'flights' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE departure IS NULL) AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'key_is_unique' AS rule, 'flights' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE __reasons LIKE '%the key is already taken') AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'fits_its_types' AS rule, 'weather' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE __misfits <> '') AS broken, count(*) AS rows
FROM weather_checked
UNION ALL
SELECT 'fits_its_types' AS rule, 'planes' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE __misfits <> '') AS broken, count(*) AS rows
FROM planes_checked
UNION ALL
SELECT 'fits_its_types' AS rule, 'airports' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE __misfits <> '') AS broken, count(*) AS rows
FROM airports_checked
UNION ALL
SELECT 'leaves_new_york' AS rule, 'flights' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE NOT (origin IN ('EWR', 'JFK', 'LGA'))) AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'real_distance' AS rule, 'flights' AS source, 'quarantine' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE NOT (distance > 0)) AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'landed' AS rule, 'flights' AS source, 'warn' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE NOT (NOT arr_delay IS NULL)) AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'known_plane' AS rule, 'flights' AS source, 'warn' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE NOT (NOT tailnum IS NULL)) AS broken, count(*) AS rows
FROM flights_checked
UNION ALL
SELECT 'possible_wind' AS rule, 'weather' AS source, 'clear' AS otherwise, CAST(0.1 AS DOUBLE) AS at_most,
  count(*) FILTER (WHERE NOT (wind_speed < 150)) AS broken, count(*) AS rows
FROM weather_checked
;

-- What breaks a rule, to be shown where it is broken too often.
CREATE OR REPLACE TEMP VIEW examples AS
SELECT 'fits_its_types' AS rule, 'flights' AS source, __misfits AS shown
FROM flights_checked
WHERE __misfits <> ''
UNION ALL
SELECT 'time_is_known' AS rule, 'flights' AS source, NULL AS shown
FROM flights_checked
WHERE departure IS NULL
UNION ALL
SELECT 'key_is_unique' AS rule, 'flights' AS source, concat_ws(', ', 'carrier: ' || carrier, 'flight: ' || flight, 'departure: ' || departure) AS shown
FROM flights_checked
WHERE __reasons LIKE '%the key is already taken'
UNION ALL
SELECT 'fits_its_types' AS rule, 'weather' AS source, __misfits AS shown
FROM weather_checked
WHERE __misfits <> ''
UNION ALL
SELECT 'fits_its_types' AS rule, 'planes' AS source, __misfits AS shown
FROM planes_checked
WHERE __misfits <> ''
UNION ALL
SELECT 'fits_its_types' AS rule, 'airports' AS source, __misfits AS shown
FROM airports_checked
WHERE __misfits <> ''
UNION ALL
SELECT 'leaves_new_york' AS rule, 'flights' AS source, concat_ws(', ', 'origin: ' || origin) AS shown
FROM flights_checked
WHERE NOT (origin IN ('EWR', 'JFK', 'LGA'))
UNION ALL
SELECT 'real_distance' AS rule, 'flights' AS source, concat_ws(', ', 'distance: ' || distance) AS shown
FROM flights_checked
WHERE NOT (distance > 0)
UNION ALL
SELECT 'landed' AS rule, 'flights' AS source, concat_ws(', ', 'arr_delay: ' || arr_delay) AS shown
FROM flights_checked
WHERE NOT (NOT arr_delay IS NULL)
UNION ALL
SELECT 'known_plane' AS rule, 'flights' AS source, concat_ws(', ', 'tailnum: ' || tailnum) AS shown
FROM flights_checked
WHERE NOT (NOT tailnum IS NULL)
UNION ALL
SELECT 'possible_wind' AS rule, 'weather' AS source, concat_ws(', ', 'wind_speed: ' || wind_speed) AS shown
FROM weather_checked
WHERE NOT (wind_speed < 150)
;
