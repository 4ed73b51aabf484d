SELECT
  'open_dental/payments v1' AS hub_query,
  IFNULL(CAST(t.SplitNum AS CHAR), '') AS split_id,
  IFNULL(CAST(t.PayNum AS CHAR), '') AS payment_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.ProcNum AS CHAR), '') AS procedure_id,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  IFNULL(CAST(t.PayPlanNum AS CHAR), '') AS payment_plan_id,
  IFNULL(CAST(CAST(t.SplitAmt AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IF(YEAR(t.DatePay) >= 1880, DATE_FORMAT(t.DatePay, '%Y-%m-%d'), '') AS paid_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(pt.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS payment_type,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CASE WHEN p.PayAmt < 0 THEN CONCAT('refund ', IFNULL(pt.ItemName, '')) WHEN p.PayType = 0 THEN 'transfer' ELSE IFNULL(pt.ItemName, 'unknown') END, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS payment_kind,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(p.CheckNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS check_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(un.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS unearned_type,
  IFNULL(CAST(IF(IFNULL(un.ItemValue, '') <> '', 1, 0) AS CHAR), '') AS unearned_hidden,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM paysplit t
LEFT JOIN payment p ON p.PayNum = t.PayNum
LEFT JOIN definition pt ON pt.DefNum = p.PayType
LEFT JOIN definition un ON un.DefNum = t.UnearnedType
ORDER BY t.SplitNum;
