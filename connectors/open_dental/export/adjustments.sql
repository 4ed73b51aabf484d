SELECT
  'open_dental/adjustments v1' AS hub_query,
  IFNULL(CAST(t.AdjNum AS CHAR), '') AS adjustment_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.ProcNum AS CHAR), '') AS procedure_id,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  IFNULL(CAST(CAST(t.AdjAmt AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IF(YEAR(t.AdjDate) >= 1880, DATE_FORMAT(t.AdjDate, '%Y-%m-%d'), '') AS adjusted_on,
  IF(YEAR(t.ProcDate) >= 1880, DATE_FORMAT(t.ProcDate, '%Y-%m-%d'), '') AS service_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(d.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS adjustment_type,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM adjustment t
LEFT JOIN definition d ON d.DefNum = t.AdjType
ORDER BY t.AdjNum;
