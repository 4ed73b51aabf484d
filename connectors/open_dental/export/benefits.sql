SELECT
  'open_dental/benefits v1' AS hub_query,
  IFNULL(CAST(t.BenefitNum AS CHAR), '') AS benefit_id,
  IFNULL(CAST(t.PlanNum AS CHAR), '') AS plan_id,
  IFNULL(CAST(t.PatPlanNum AS CHAR), '') AS coverage_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CASE WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND v.Description LIKE 'Ortho%' AND t.TimePeriod = 3 THEN 'ORTHO_LIFETIME' WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND t.CodeNum = 0 AND (t.CovCatNum = 0 OR v.Description = 'General') AND t.TimePeriod IN (1, 2) THEN 'ANNUAL_MAX' WHEN t.BenefitType = 2 AND t.MonetaryAmt >= 0 THEN 'DEDUCTIBLE' WHEN t.BenefitType = 1 AND t.Percent >= 0 THEN 'PERCENT' WHEN t.BenefitType = 5 AND t.QuantityQualifier <> 0 THEN 'FREQUENCY' WHEN t.BenefitType = 6 THEN 'WAITING' ELSE 'OTHER' END, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS benefit_kind,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(v.Description, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS category,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(pc.ProcCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS code,
  IFNULL(CAST(CAST(IF(t.MonetaryAmt = -1, NULL, t.MonetaryAmt) AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IFNULL(CAST(NULLIF(t.Percent, -1) AS CHAR), '') AS percent,
  IFNULL(CAST(t.TimePeriod AS CHAR), '') AS period,
  IFNULL(CAST(t.QuantityQualifier AS CHAR), '') AS qualifier,
  IFNULL(CAST(t.Quantity AS CHAR), '') AS quantity,
  IFNULL(CAST(t.CoverageLevel AS CHAR), '') AS level,
  IF(YEAR(t.SecDateTEdit) >= 1880, DATE_FORMAT(t.SecDateTEdit, '%Y-%m-%d'), '') AS changed_on
FROM benefit t
LEFT JOIN covcat v ON v.CovCatNum = t.CovCatNum
LEFT JOIN procedurecode pc ON pc.CodeNum = t.CodeNum AND t.CodeNum <> 0
WHERE (IFNULL(CASE WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND v.Description LIKE 'Ortho%' AND t.TimePeriod = 3 THEN 'ORTHO_LIFETIME' WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND t.CodeNum = 0 AND (t.CovCatNum = 0 OR v.Description = 'General') AND t.TimePeriod IN (1, 2) THEN 'ANNUAL_MAX' WHEN t.BenefitType = 2 AND t.MonetaryAmt >= 0 THEN 'DEDUCTIBLE' WHEN t.BenefitType = 1 AND t.Percent >= 0 THEN 'PERCENT' WHEN t.BenefitType = 5 AND t.QuantityQualifier <> 0 THEN 'FREQUENCY' WHEN t.BenefitType = 6 THEN 'WAITING' ELSE 'OTHER' END, '') NOT IN ('OTHER'))
ORDER BY t.BenefitNum;
