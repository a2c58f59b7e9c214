-- What exploration may look at: the training rows, and how many held-out rows have the same inputs as one of them.
CREATE OR REPLACE TEMP TABLE training AS
SELECT * EXCLUDE (__part)
FROM labelled
WHERE __part <> 'holdout';

CREATE OR REPLACE TEMP VIEW twins AS
WITH digests AS (
  SELECT __part = 'holdout' AS held_out, hash(carrier, flight, departure, origin, dest, tailnum, distance, scheduled_departure, sched_arr_time) AS digest
  FROM labelled
)
SELECT
  (SELECT count(*) FROM digests WHERE held_out) AS held_out,
  (SELECT count(*) FROM digests WHERE held_out AND digest IN (SELECT digest FROM digests WHERE NOT held_out)) AS twins;
