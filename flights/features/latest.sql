-- What the service knows of the past: of each table the snapshots that stand now, and all that are known to follow.
-- Keys of which nothing is known any more are left out.

-- Now is the latest time in `events`, less 2 days: rows may be there so long ahead of their time.
CREATE OR REPLACE TEMP TABLE clock AS
SELECT max(departure) - INTERVAL '2 days' AS departure FROM events;

-- How far the past is known, for the service: from now on, or from the earliest row on with all snapshots.
CREATE OR REPLACE TEMP VIEW __known AS
SELECT
  coalesce(CAST(min(departure) AS TIMESTAMP), TIMESTAMP 'epoch') AS __earliest,
  coalesce(CAST((SELECT departure FROM clock) AS TIMESTAMP), TIMESTAMP 'epoch') AS __now,
  coalesce(CAST(max(departure) AS TIMESTAMP), TIMESTAMP 'epoch') AS __latest
FROM events;

CREATE OR REPLACE TEMP VIEW latest_by_origin_date_trunc_hour_departure_3_days AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_origin_date_trunc_hour_departure_3_days AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY origin, __key_2, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(hour_flights IS DISTINCT FROM 0) OVER (PARTITION BY origin, __key_2);

CREATE OR REPLACE TEMP VIEW latest_by_dest_date_trunc_hour_departure_3_days AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_dest_date_trunc_hour_departure_3_days AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY dest, __key_2, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(dest_flights IS DISTINCT FROM 0) OVER (PARTITION BY dest, __key_2);

CREATE OR REPLACE TEMP VIEW latest_by_origin_3_hours_12_hours AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 3600) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_origin_3_hours_12_hours AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY origin, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(origin_held_3h IS DISTINCT FROM NULL OR origin_held_12h IS DISTINCT FROM NULL) OVER (PARTITION BY origin);

CREATE OR REPLACE TEMP VIEW latest_by_carrier_3_hours_12_hours AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 3600) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_carrier_3_hours_12_hours AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY carrier, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(carrier_held_3h IS DISTINCT FROM NULL OR carrier_held_12h IS DISTINCT FROM NULL) OVER (PARTITION BY carrier);

CREATE OR REPLACE TEMP VIEW latest_by_dest_6_hours AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 3600) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_dest_6_hours AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY dest, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(dest_held_6h IS DISTINCT FROM NULL) OVER (PARTITION BY dest);

CREATE OR REPLACE TEMP VIEW latest_by_origin_1_day_1_week AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_origin_1_day_1_week AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY origin, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(origin_late_1d IS DISTINCT FROM NULL OR origin_late_7d IS DISTINCT FROM NULL) OVER (PARTITION BY origin);

CREATE OR REPLACE TEMP VIEW latest_by_carrier_1_week AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_carrier_1_week AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY carrier, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(carrier_late_7d IS DISTINCT FROM NULL) OVER (PARTITION BY carrier);

CREATE OR REPLACE TEMP VIEW latest_by_dest_1_week AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_dest_1_week AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY dest, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(dest_late_7d IS DISTINCT FROM NULL) OVER (PARTITION BY dest);

CREATE OR REPLACE TEMP VIEW latest_by_origin_dest_30_days AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_origin_dest_30_days AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY origin, dest, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(route_late_30d IS DISTINCT FROM NULL) OVER (PARTITION BY origin, dest);

CREATE OR REPLACE TEMP VIEW latest_by_carrier_flight_30_days AS
WITH moment AS (
  SELECT CAST(floor(epoch(departure) / 86400) AS BIGINT) AS __now FROM clock
),
standing AS (
  SELECT past.*
  FROM by_carrier_flight_30_days AS past, moment
  QUALIFY __snapshot > __now OR row_number() OVER (PARTITION BY carrier, flight, __snapshot > __now ORDER BY __snapshot DESC) = 1
)
FROM standing
QUALIFY bool_or(flight_late_30d IS DISTINCT FROM NULL) OVER (PARTITION BY carrier, flight);
