-- One row of features for each row of `inputs`: all of the table in training, the rows of a request in serving.
CREATE OR REPLACE TEMP VIEW features AS
WITH looked_up AS (
  SELECT
    inputs.*,
    planes.year AS plane_year,
    planes.seats AS seats,
    planes.engines AS engines,
    planes.manufacturer AS manufacturer,
    airports.lat AS dest_lat,
    airports.lon AS dest_lon,
    airports.tz AS dest_zone,
    weather.temp AS temperature,
    weather.dewp AS dew_point,
    weather.humid AS humidity,
    weather.wind_speed AS wind_speed,
    weather.precip AS rain,
    weather.pressure AS pressure,
    weather.visib AS visibility
  FROM inputs
  LEFT JOIN planes
    ON planes.tailnum = inputs.tailnum
  LEFT JOIN airports
    ON airports.faa = inputs.dest
  LEFT JOIN weather
    ON weather.origin = inputs.origin AND weather.time_hour = date_trunc('HOUR', inputs.departure) - INTERVAL '4' HOUR AND weather.time_hour <= inputs.departure - INTERVAL '3 hours'
),
step_1 AS (
  SELECT
    *,
    EXTRACT(HOUR FROM scheduled_departure) + EXTRACT(MINUTE FROM scheduled_departure) / 60 AS departure_hour,
    isodow(scheduled_departure) AS weekday,
    dayofyear(scheduled_departure) AS day_of_year,
    (sched_arr_time // 100) + (sched_arr_time % 100) / 60 AS arrival_hour,
    2013 - plane_year AS plane_age
  FROM looked_up
)
SELECT
  __row,
  carrier,
  origin,
  dest,
  distance,
  departure_hour,
  CAST(weekday AS DOUBLE) AS weekday,
  CAST(day_of_year AS DOUBLE) AS day_of_year,
  arrival_hour,
  CAST(plane_year AS DOUBLE) AS plane_year,
  CAST(plane_age AS DOUBLE) AS plane_age,
  CAST(seats AS DOUBLE) AS seats,
  CAST(engines AS DOUBLE) AS engines,
  manufacturer,
  dest_lat,
  dest_lon,
  dest_zone,
  temperature,
  dew_point,
  humidity,
  wind_speed,
  rain,
  pressure,
  visibility
FROM step_1;
