SELECT
  'open_dental/payment_plans v1' AS hub_query,
  IFNULL(CAST(t.PayPlanNum AS CHAR), '') AS payment_plan_id,
  IFNULL(CAST(t.Guarantor AS CHAR), '') AS guarantor_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(CAST(t.PayAmt AS DECIMAL(14,2)) AS CHAR), '') AS instalment,
  IF(YEAR(t.PayPlanDate) >= 1880, DATE_FORMAT(t.PayPlanDate, '%Y-%m-%d'), '') AS agreed_on,
  IF(YEAR(t.DatePayPlanStart) >= 1880, DATE_FORMAT(t.DatePayPlanStart, '%Y-%m-%d'), '') AS starts_on,
  IFNULL(CAST(t.IsClosed AS CHAR), '') AS is_closed,
  IFNULL(CAST(IF(t.PlanNum > 0, 1, 0) AS CHAR), '') AS is_insurance
FROM payplan t
ORDER BY t.PayPlanNum;
