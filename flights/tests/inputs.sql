-- The rows of a request, with the types that data/tables/flights.parquet has; features.sql reads them.
CREATE TEMP TABLE inputs (
  __row BIGINT,
  carrier VARCHAR,
  flight BIGINT,
  departure TIMESTAMP,
  origin VARCHAR,
  dest VARCHAR,
  tailnum VARCHAR,
  distance DOUBLE,
  scheduled_departure TIMESTAMP,
  sched_arr_time BIGINT
);
