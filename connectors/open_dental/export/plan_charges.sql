SELECT
  'open_dental/plan_charges v1' AS hub_query,
  IFNULL(CAST(t.PayPlanChargeNum AS CHAR), '') AS charge_id,
  IFNULL(CAST(t.PayPlanNum AS CHAR), '') AS payment_plan_id,
  IF(YEAR(t.ChargeDate) >= 1880, DATE_FORMAT(t.ChargeDate, '%Y-%m-%d'), '') AS due_on,
  IFNULL(CAST(CAST(t.Principal + t.Interest AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IFNULL(CAST(t.ChargeType AS CHAR), '') AS charge_type
FROM payplancharge t
WHERE (IFNULL(CAST(t.ChargeType AS CHAR), '') IN ('0'))
ORDER BY t.PayPlanChargeNum;
