SELECT
  'open_dental/fees v1' AS hub_query,
  IFNULL(CAST(t.FeeNum AS CHAR), '') AS fee_id,
  IFNULL(CAST(t.FeeSched AS CHAR), '') AS fee_schedule_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(pc.ProcCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code,
  IFNULL(CAST(CAST(t.Amount AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IF(YEAR(t.DateEffective) >= 1880, DATE_FORMAT(t.DateEffective, '%Y-%m-%d'), '') AS from_on
FROM fee t
LEFT JOIN procedurecode pc ON pc.CodeNum = t.CodeNum
WHERE (t.ClinicNum = 0 AND t.ProvNum = 0 AND t.Amount >= 0)
ORDER BY t.FeeNum;
