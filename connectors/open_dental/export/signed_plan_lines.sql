SELECT
  'open_dental/signed_plan_lines v1' AS hub_query,
  IFNULL(CAST(t.ProcTPNum AS CHAR), '') AS line_id,
  IFNULL(CAST(t.TreatPlanNum AS CHAR), '') AS plan_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.ProcNumOrig AS CHAR), '') AS procedure_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ProcCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Descript, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS description,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ToothNumTP, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS tooth,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Surf, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS surfaces,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(y.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS priority,
  IFNULL(CAST(CAST(t.FeeAmt AS DECIMAL(14,2)) AS CHAR), '') AS fee,
  IFNULL(CAST(CAST(t.PriInsAmt + t.SecInsAmt AS DECIMAL(14,2)) AS CHAR), '') AS insurance_share,
  IFNULL(CAST(CAST(t.FeeAmt - t.PriInsAmt - t.SecInsAmt - t.PatAmt AS DECIMAL(14,2)) AS CHAR), '') AS writeoff_share,
  IFNULL(CAST(CAST(t.PatAmt AS DECIMAL(14,2)) AS CHAR), '') AS patient_share,
  IF(YEAR(t.DateTP) >= 1880, DATE_FORMAT(t.DateTP, '%Y-%m-%d'), '') AS planned_on,
  IFNULL(CAST(IFNULL(p.ProcStatus, 6) AS CHAR), '') AS status,
  IFNULL(CAST(p.AptNum AS CHAR), '') AS appointment_id,
  IFNULL(CAST(p.PlannedAptNum AS CHAR), '') AS planned_appointment_id,
  IFNULL(CAST(p.ProvNum AS CHAR), '') AS provider_id,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM proctp t
LEFT JOIN treatplan s ON s.TreatPlanNum = t.TreatPlanNum
LEFT JOIN procedurelog p ON p.ProcNum = t.ProcNumOrig
LEFT JOIN definition y ON y.DefNum = t.Priority
WHERE (s.TPStatus = 0 AND IFNULL(s.Signature, '') <> '')
ORDER BY t.ProcTPNum;
