SELECT
  'open_dental/coverages v1' AS hub_query,
  IFNULL(CAST(t.PatPlanNum AS CHAR), '') AS coverage_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.Ordinal AS CHAR), '') AS ordinal,
  IFNULL(CAST(t.IsPending AS CHAR), '') AS is_pending,
  IFNULL(CAST(t.Relationship AS CHAR), '') AS relationship,
  IFNULL(CAST(s.PlanNum AS CHAR), '') AS plan_id,
  IFNULL(CAST(i.CarrierNum AS CHAR), '') AS carrier_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT(IF(i.IsMedical = 1, 'm', ''), IFNULL(i.PlanType, '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS plan_type,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(IFNULL(t.PatID, '') <> '', t.PatID, s.SubscriberID), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS member_id,
  IFNULL(CAST(s.Subscriber AS CHAR), '') AS subscriber_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT_WS(' ', NULLIF(sp.FName, ''), NULLIF(sp.LName, '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS subscriber_name,
  IF(YEAR(s.DateEffective) >= 1880, DATE_FORMAT(s.DateEffective, '%Y-%m-%d'), '') AS from_on,
  IF(YEAR(s.DateTerm) >= 1880, DATE_FORMAT(s.DateTerm, '%Y-%m-%d'), '') AS to_on,
  IFNULL(CAST(i.HideFromVerifyList AS CHAR), '') AS do_not_verify,
  IF(YEAR((SELECT MAX(v.DateLastVerified) FROM insverify v WHERE v.VerifyType = 2 AND v.FKey = t.PatPlanNum)) >= 1880, DATE_FORMAT((SELECT MAX(v.DateLastVerified) FROM insverify v WHERE v.VerifyType = 2 AND v.FKey = t.PatPlanNum), '%Y-%m-%d'), '') AS verified_on
FROM patplan t
LEFT JOIN inssub s ON s.InsSubNum = t.InsSubNum
LEFT JOIN insplan i ON i.PlanNum = s.PlanNum
LEFT JOIN carrier c ON c.CarrierNum = i.CarrierNum
LEFT JOIN patient sp ON sp.PatNum = s.Subscriber
ORDER BY t.PatPlanNum;
