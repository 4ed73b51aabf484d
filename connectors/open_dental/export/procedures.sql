SELECT
  'open_dental/procedures v1' AS hub_query,
  IFNULL(CAST(t.ProcNum AS CHAR), '') AS procedure_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST((SELECT a.TreatPlanNum FROM treatplanattach a JOIN treatplan tp ON tp.TreatPlanNum = a.TreatPlanNum WHERE a.ProcNum = t.ProcNum AND tp.TPStatus IN (1, 2) ORDER BY tp.TPStatus, a.TreatPlanNum LIMIT 1) AS CHAR), '') AS plan_id,
  IFNULL(CAST(t.AptNum AS CHAR), '') AS appointment_id,
  IFNULL(CAST(t.PlannedAptNum AS CHAR), '') AS planned_appointment_id,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.ProcCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.Descript, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS description,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ToothNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS tooth,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Surf, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS surfaces,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ToothRange, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS teeth,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(y.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS priority,
  IFNULL(CAST(t.ProcStatus AS CHAR), '') AS status,
  IFNULL(CAST(CAST(t.ProcFee * GREATEST(1, t.UnitQty + t.BaseUnits) AS DECIMAL(14,2)) AS CHAR), '') AS fee,
  IFNULL(CAST(CAST(IFNULL((SELECT SUM(CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.InsPayAmt WHEN cp.Status IN (0, 6, 8, 9) THEN cp.InsPayEst ELSE 0 END) FROM claimproc cp WHERE cp.ProcNum = t.ProcNum), 0) AS DECIMAL(14,2)) AS CHAR), '') AS insurance_share,
  IFNULL(CAST(CAST(IFNULL((SELECT SUM(CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.WriteOff WHEN cp.Status NOT IN (0, 6, 8, 9) THEN 0 WHEN cp.WriteOffEstOverride <> -1 THEN cp.WriteOffEstOverride WHEN cp.WriteOffEst <> -1 THEN cp.WriteOffEst ELSE 0 END) FROM claimproc cp WHERE cp.ProcNum = t.ProcNum), 0) AS DECIMAL(14,2)) AS CHAR), '') AS writeoff_share,
  IFNULL(CAST(CAST(t.ProcFee * GREATEST(1, t.UnitQty + t.BaseUnits) - IFNULL((SELECT SUM(CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.WriteOff WHEN cp.Status NOT IN (0, 6, 8, 9) THEN 0 WHEN cp.WriteOffEstOverride <> -1 THEN cp.WriteOffEstOverride WHEN cp.WriteOffEst <> -1 THEN cp.WriteOffEst ELSE 0 END) FROM claimproc cp WHERE cp.ProcNum = t.ProcNum), 0) - IFNULL((SELECT SUM(CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.InsPayAmt WHEN cp.Status IN (0, 6, 8, 9) THEN cp.InsPayEst ELSE 0 END) FROM claimproc cp WHERE cp.ProcNum = t.ProcNum), 0) + IFNULL((SELECT SUM(aj.AdjAmt) FROM adjustment aj WHERE aj.ProcNum = t.ProcNum), 0) AS DECIMAL(14,2)) AS CHAR), '') AS patient_share,
  IF(YEAR(t.DateTP) >= 1880, DATE_FORMAT(t.DateTP, '%Y-%m-%d'), '') AS planned_on,
  IF(YEAR(t.ProcDate) >= 1880, DATE_FORMAT(t.ProcDate, '%Y-%m-%d'), '') AS service_on,
  IF(YEAR(IF(t.ProcStatus = 2, t.ProcDate, NULL)) >= 1880, DATE_FORMAT(IF(t.ProcStatus = 2, t.ProcDate, NULL), '%Y-%m-%d'), '') AS completed_on,
  IF(YEAR(t.DateEntryC) >= 1880, DATE_FORMAT(t.DateEntryC, '%Y-%m-%d'), '') AS entered_on,
  IFNULL(CAST(IF(c.NoBillIns = 1 AND IFNULL((SELECT MIN(nb.NoBillIns) FROM claimproc nb WHERE nb.ProcNum = t.ProcNum), 1) = 1, 1, 0) AS CHAR), '') AS never_billed,
  IFNULL(CAST((SELECT MIN(mv.GroupProcMultiVisitNum) FROM procmultivisit mv WHERE mv.ProcNum = t.ProcNum) AS CHAR), '') AS multi_visit_id,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM procedurelog t
LEFT JOIN procedurecode c ON c.CodeNum = t.CodeNum
LEFT JOIN definition y ON y.DefNum = t.Priority
ORDER BY t.ProcNum;
