SELECT
  'open_dental/claim_payments v1' AS hub_query,
  IFNULL(CAST(t.ClaimPaymentNum AS CHAR), '') AS payment_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.CheckNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS check_number,
  IFNULL(CAST(CAST(t.CheckAmt AS DECIMAL(14,2)) AS CHAR), '') AS amount,
  IF(YEAR(t.CheckDate) >= 1880, DATE_FORMAT(t.CheckDate, '%Y-%m-%d'), '') AS paid_on,
  IF(YEAR(t.SecDateEntry) >= 1880, DATE_FORMAT(t.SecDateEntry, '%Y-%m-%d'), '') AS entered_on,
  IFNULL(CAST(t.IsPartial AS CHAR), '') AS is_partial,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM claimpayment t
ORDER BY t.ClaimPaymentNum;
