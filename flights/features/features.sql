-- One row of features for each row of `inputs`: all of the table in training, the rows of a request in serving.
CREATE OR REPLACE TEMP VIEW features AS
WITH asking_by_origin_date_trunc_hour_departure_3_days AS (
  SELECT DISTINCT origin, date_trunc('HOUR', departure) AS __key_2, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_origin_date_trunc_hour_departure_3_days AS (
  FROM asking_by_origin_date_trunc_hour_departure_3_days
  ASOF JOIN (
    FROM by_origin_date_trunc_hour_departure_3_days
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_origin_date_trunc_hour_departure_3_days) AND __snapshot >= (SELECT min(__snapshot) - 3 FROM asking_by_origin_date_trunc_hour_departure_3_days)
  ) AS past USING (origin, __key_2, __snapshot)
),
asking_by_dest_date_trunc_hour_departure_3_days AS (
  SELECT DISTINCT dest, date_trunc('HOUR', departure) AS __key_2, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_dest_date_trunc_hour_departure_3_days AS (
  FROM asking_by_dest_date_trunc_hour_departure_3_days
  ASOF JOIN (
    FROM by_dest_date_trunc_hour_departure_3_days
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_dest_date_trunc_hour_departure_3_days) AND __snapshot >= (SELECT min(__snapshot) - 3 FROM asking_by_dest_date_trunc_hour_departure_3_days)
  ) AS past USING (dest, __key_2, __snapshot)
),
asking_by_origin_3_hours_12_hours AS (
  SELECT DISTINCT origin, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_origin_3_hours_12_hours AS (
  FROM asking_by_origin_3_hours_12_hours
  ASOF JOIN (
    FROM by_origin_3_hours_12_hours
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_origin_3_hours_12_hours) AND __snapshot >= (SELECT min(__snapshot) - 12 FROM asking_by_origin_3_hours_12_hours)
  ) AS past USING (origin, __snapshot)
),
asking_by_carrier_3_hours_12_hours AS (
  SELECT DISTINCT carrier, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_carrier_3_hours_12_hours AS (
  FROM asking_by_carrier_3_hours_12_hours
  ASOF JOIN (
    FROM by_carrier_3_hours_12_hours
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_carrier_3_hours_12_hours) AND __snapshot >= (SELECT min(__snapshot) - 12 FROM asking_by_carrier_3_hours_12_hours)
  ) AS past USING (carrier, __snapshot)
),
asking_by_dest_6_hours AS (
  SELECT DISTINCT dest, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_dest_6_hours AS (
  FROM asking_by_dest_6_hours
  ASOF JOIN (
    FROM by_dest_6_hours
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_dest_6_hours) AND __snapshot >= (SELECT min(__snapshot) - 6 FROM asking_by_dest_6_hours)
  ) AS past USING (dest, __snapshot)
),
asking_by_origin_1_day_1_week AS (
  SELECT DISTINCT origin, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_origin_1_day_1_week AS (
  FROM asking_by_origin_1_day_1_week
  ASOF JOIN (
    FROM by_origin_1_day_1_week
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_origin_1_day_1_week) AND __snapshot >= (SELECT min(__snapshot) - 7 FROM asking_by_origin_1_day_1_week)
  ) AS past USING (origin, __snapshot)
),
asking_by_carrier_1_week AS (
  SELECT DISTINCT carrier, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_carrier_1_week AS (
  FROM asking_by_carrier_1_week
  ASOF JOIN (
    FROM by_carrier_1_week
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_carrier_1_week) AND __snapshot >= (SELECT min(__snapshot) - 7 FROM asking_by_carrier_1_week)
  ) AS past USING (carrier, __snapshot)
),
asking_by_dest_1_week AS (
  SELECT DISTINCT dest, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_dest_1_week AS (
  FROM asking_by_dest_1_week
  ASOF JOIN (
    FROM by_dest_1_week
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_dest_1_week) AND __snapshot >= (SELECT min(__snapshot) - 7 FROM asking_by_dest_1_week)
  ) AS past USING (dest, __snapshot)
),
asking_by_origin_dest_30_days AS (
  SELECT DISTINCT origin, dest, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_origin_dest_30_days AS (
  FROM asking_by_origin_dest_30_days
  ASOF JOIN (
    FROM by_origin_dest_30_days
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_origin_dest_30_days) AND __snapshot >= (SELECT min(__snapshot) - 30 FROM asking_by_origin_dest_30_days)
  ) AS past USING (origin, dest, __snapshot)
),
asking_by_carrier_flight_30_days AS (
  SELECT DISTINCT carrier, flight, CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT) AS __snapshot
  FROM inputs
),
asked_by_carrier_flight_30_days AS (
  FROM asking_by_carrier_flight_30_days
  ASOF JOIN (
    FROM by_carrier_flight_30_days
    WHERE __snapshot <= (SELECT max(__snapshot) FROM asking_by_carrier_flight_30_days) AND __snapshot >= (SELECT min(__snapshot) - 30 FROM asking_by_carrier_flight_30_days)
  ) AS past USING (carrier, flight, __snapshot)
),
looked_up AS (
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
    weather.visib AS visibility,
    coalesce(asked_by_origin_date_trunc_hour_departure_3_days.hour_flights, 0) AS hour_flights,
    coalesce(asked_by_dest_date_trunc_hour_departure_3_days.dest_flights, 0) AS dest_flights,
    asked_by_origin_3_hours_12_hours.origin_held_3h AS origin_held_3h,
    asked_by_origin_3_hours_12_hours.origin_held_12h AS origin_held_12h,
    asked_by_carrier_3_hours_12_hours.carrier_held_3h AS carrier_held_3h,
    asked_by_carrier_3_hours_12_hours.carrier_held_12h AS carrier_held_12h,
    asked_by_dest_6_hours.dest_held_6h AS dest_held_6h,
    asked_by_origin_1_day_1_week.origin_late_1d AS origin_late_1d,
    asked_by_origin_1_day_1_week.origin_late_7d AS origin_late_7d,
    asked_by_carrier_1_week.carrier_late_7d AS carrier_late_7d,
    asked_by_dest_1_week.dest_late_7d AS dest_late_7d,
    asked_by_origin_dest_30_days.route_late_30d AS route_late_30d,
    asked_by_carrier_flight_30_days.flight_late_30d AS flight_late_30d
  FROM inputs
  LEFT JOIN planes
    ON planes.tailnum = inputs.tailnum
  LEFT JOIN airports
    ON airports.faa = inputs.dest
  LEFT JOIN weather
    ON weather.origin = inputs.origin AND weather.time_hour = date_trunc('HOUR', inputs.departure) - INTERVAL '4' HOUR AND weather.time_hour <= inputs.departure - INTERVAL '3 hours'
  LEFT JOIN asked_by_origin_date_trunc_hour_departure_3_days
    ON asked_by_origin_date_trunc_hour_departure_3_days.origin = inputs.origin AND asked_by_origin_date_trunc_hour_departure_3_days.__key_2 = date_trunc('HOUR', inputs.departure) AND asked_by_origin_date_trunc_hour_departure_3_days.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_dest_date_trunc_hour_departure_3_days
    ON asked_by_dest_date_trunc_hour_departure_3_days.dest = inputs.dest AND asked_by_dest_date_trunc_hour_departure_3_days.__key_2 = date_trunc('HOUR', inputs.departure) AND asked_by_dest_date_trunc_hour_departure_3_days.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_origin_3_hours_12_hours
    ON asked_by_origin_3_hours_12_hours.origin = inputs.origin AND asked_by_origin_3_hours_12_hours.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT)
  LEFT JOIN asked_by_carrier_3_hours_12_hours
    ON asked_by_carrier_3_hours_12_hours.carrier = inputs.carrier AND asked_by_carrier_3_hours_12_hours.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT)
  LEFT JOIN asked_by_dest_6_hours
    ON asked_by_dest_6_hours.dest = inputs.dest AND asked_by_dest_6_hours.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 3600) AS BIGINT)
  LEFT JOIN asked_by_origin_1_day_1_week
    ON asked_by_origin_1_day_1_week.origin = inputs.origin AND asked_by_origin_1_day_1_week.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_carrier_1_week
    ON asked_by_carrier_1_week.carrier = inputs.carrier AND asked_by_carrier_1_week.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_dest_1_week
    ON asked_by_dest_1_week.dest = inputs.dest AND asked_by_dest_1_week.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_origin_dest_30_days
    ON asked_by_origin_dest_30_days.origin = inputs.origin AND asked_by_origin_dest_30_days.dest = inputs.dest AND asked_by_origin_dest_30_days.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
  LEFT JOIN asked_by_carrier_flight_30_days
    ON asked_by_carrier_flight_30_days.carrier = inputs.carrier AND asked_by_carrier_flight_30_days.flight = inputs.flight AND asked_by_carrier_flight_30_days.__snapshot = CAST(floor(epoch(inputs.departure - INTERVAL '3 hours') / 86400) AS BIGINT)
),
step_1 AS (
  SELECT
    *,
    origin || '-' || dest AS route,
    EXTRACT(HOUR FROM scheduled_departure) + EXTRACT(MINUTE FROM scheduled_departure) / 60 AS departure_hour,
    isodow(scheduled_departure) AS weekday,
    (sched_arr_time // 100) + (sched_arr_time % 100) / 60 AS arrival_hour,
    year(scheduled_departure) - plane_year AS plane_age
  FROM looked_up
)
SELECT
  __row,
  carrier,
  origin,
  dest,
  route,
  distance,
  departure_hour,
  CAST(weekday AS DOUBLE) AS weekday,
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
  visibility,
  CAST(hour_flights AS DOUBLE) AS hour_flights,
  CAST(dest_flights AS DOUBLE) AS dest_flights,
  origin_held_3h,
  origin_held_12h,
  carrier_held_3h,
  carrier_held_12h,
  dest_held_6h,
  origin_late_1d,
  origin_late_7d,
  carrier_late_7d,
  dest_late_7d,
  route_late_30d,
  flight_late_30d
FROM step_1;
