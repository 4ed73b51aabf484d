SELECT
  'open_dental/referrals v1' AS hub_query,
  IFNULL(CAST(t.RefAttachNum AS CHAR), '') AS referral_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.RefType AS CHAR), '') AS direction,
  IFNULL(CAST(IF(YEAR(t.DateProcComplete) >= 1880, 5, t.RefToStatus) AS CHAR), '') AS state,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(IFNULL(r.BusinessName, '') <> '' AND IFNULL(r.LName, '') = '', r.BusinessName, CONCAT_WS(' ', NULLIF(r.FName, ''), NULLIF(r.LName, ''))), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS to_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(d.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS specialty,
  IF(YEAR(t.RefDate) >= 1880, DATE_FORMAT(t.RefDate, '%Y-%m-%d'), '') AS referred_on,
  IF(YEAR(t.DateProcComplete) >= 1880, DATE_FORMAT(t.DateProcComplete, '%Y-%m-%d'), '') AS completed_on,
  IFNULL(CAST(t.ProcNum AS CHAR), '') AS procedure_id
FROM refattach t
LEFT JOIN referral r ON r.ReferralNum = t.ReferralNum
LEFT JOIN definition d ON d.DefNum = r.Specialty
WHERE (IFNULL(CAST(t.RefType AS CHAR), '') IN ('0', '1'))
ORDER BY t.RefAttachNum;
