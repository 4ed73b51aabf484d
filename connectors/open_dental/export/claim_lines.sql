SELECT
  'open_dental/claim_lines v1' AS hub_query,
  IFNULL(CAST(t.ClaimProcNum AS CHAR), '') AS line_id,
  IFNULL(CAST(t.ClaimNum AS CHAR), '') AS claim_id,
  IFNULL(CAST(t.ProcNum AS CHAR), '') AS procedure_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(t.ClaimNum <> 0 AND t.ProcNum <> 0 AND CHAR_LENGTH(CONCAT('x', t.ProcNum, '/', (SELECT MIN(pp.Ordinal) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum), '/', t.PlanNum)) <= 30, CONCAT('x', t.ProcNum, '/', (SELECT MIN(pp.Ordinal) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum), '/', t.PlanNum), ''), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS line_number,
  IFNULL(CAST((SELECT MIN(pp.Ordinal) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum) AS CHAR), '') AS ordinal,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.CodeSent, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code_sent,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(pc.ProcCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(p.ToothNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS tooth,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(p.Surf, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS surfaces,
  IF(YEAR(t.ProcDate) >= 1880, DATE_FORMAT(t.ProcDate, '%Y-%m-%d'), '') AS service_on,
  IFNULL(CAST(t.Status AS CHAR), '') AS status,
  IFNULL(CAST(CAST(t.FeeBilled AS DECIMAL(14,2)) AS CHAR), '') AS billed,
  IFNULL(CAST(CAST(t.InsPayEst AS DECIMAL(14,2)) AS CHAR), '') AS expected,
  IFNULL(CAST(CAST(NULLIF(t.AllowedOverride, -1) AS DECIMAL(14,2)) AS CHAR), '') AS allowed,
  IFNULL(CAST(CAST(t.InsPayAmt AS DECIMAL(14,2)) AS CHAR), '') AS paid,
  IFNULL(CAST(CAST(CASE WHEN t.Status IN (1, 4, 5, 7) THEN t.WriteOff WHEN t.Status NOT IN (0, 6, 8, 9) THEN 0 WHEN t.WriteOffEstOverride <> -1 THEN t.WriteOffEstOverride WHEN t.WriteOffEst <> -1 THEN t.WriteOffEst ELSE 0 END AS DECIMAL(14,2)) AS CHAR), '') AS writeoff,
  IFNULL(CAST(t.ClaimPaymentNum AS CHAR), '') AS payment_id,
  IF(YEAR(t.DateCP) >= 1880, DATE_FORMAT(t.DateCP, '%Y-%m-%d'), '') AS posted_on,
  IF(YEAR(t.DateEntry) >= 1880, DATE_FORMAT(t.DateEntry, '%Y-%m-%d'), '') AS entered_on,
  IFNULL(CAST(t.NoBillIns AS CHAR), '') AS no_bill,
  IFNULL(CAST(t.IsTransfer AS CHAR), '') AS is_transfer,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(cl.ClaimIdentifier, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS claim_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(cy.CheckNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS check_number,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM claimproc t
LEFT JOIN procedurelog p ON p.ProcNum = t.ProcNum
LEFT JOIN procedurecode pc ON pc.CodeNum = p.CodeNum
LEFT JOIN claim cl ON cl.ClaimNum = t.ClaimNum
LEFT JOIN insplan i ON i.PlanNum = t.PlanNum
LEFT JOIN carrier c ON c.CarrierNum = i.CarrierNum
LEFT JOIN claimpayment cy ON cy.ClaimPaymentNum = t.ClaimPaymentNum
WHERE (t.Status <> 9)
ORDER BY t.ClaimProcNum;
