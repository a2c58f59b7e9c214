-- The rows whose outcome is known, each with its target and the part it belongs to:
-- fit and validation are the training data, holdout is looked at once.
CREATE OR REPLACE TEMP VIEW labelled AS
WITH targets AS (
  SELECT *, arr_delay >= 30 AS __target
  FROM read_parquet('data/tables/flights.parquet')
),
known AS (
  SELECT * FROM targets WHERE __target IS NOT NULL
),
held AS (
  SELECT *, departure >= TIMESTAMP '2013-10-01' AS __held_out
  FROM known
),
ranked AS (
  SELECT *, percent_rank() OVER (PARTITION BY __held_out ORDER BY departure) AS __order
  FROM held
)

SELECT
  * EXCLUDE (__order, __held_out),
  CASE
    WHEN __held_out THEN 'holdout'
    WHEN __order >= 0.8 THEN 'validation'
    ELSE 'fit'
  END AS __part
FROM ranked;
