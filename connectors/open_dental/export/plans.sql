SELECT
  'open_dental/plans v1' AS hub_query,
  IFNULL(CAST(t.PlanNum AS CHAR), '') AS plan_id,
  IFNULL(CAST(t.CarrierNum AS CHAR), '') AS carrier_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.GroupName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.GroupNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS group_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT(IF(t.IsMedical = 1, 'm', ''), IFNULL(t.PlanType, '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS plan_type,
  IFNULL(CAST(t.FeeSched AS CHAR), '') AS fee_schedule_id,
  IFNULL(CAST(t.HideFromVerifyList AS CHAR), '') AS do_not_verify,
  IF(YEAR((SELECT MAX(v.DateLastVerified) FROM insverify v WHERE v.VerifyType = 1 AND v.FKey = t.PlanNum)) >= 1880, DATE_FORMAT((SELECT MAX(v.DateLastVerified) FROM insverify v WHERE v.VerifyType = 1 AND v.FKey = t.PlanNum), '%Y-%m-%d'), '') AS benefits_verified_on
FROM insplan t
ORDER BY t.PlanNum;
