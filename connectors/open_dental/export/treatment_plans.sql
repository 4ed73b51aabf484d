SELECT
  'open_dental/treatment_plans v1' AS hub_query,
  IFNULL(CAST(t.TreatPlanNum AS CHAR), '') AS plan_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Heading, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS heading,
  IFNULL(CAST(t.TPStatus AS CHAR), '') AS plan_status,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT(t.TPStatus, IF(IFNULL(t.Signature, '') <> '', 's', '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS plan_state,
  IFNULL(CAST(IF(IFNULL(t.Signature, '') <> '', 1, 0) AS CHAR), '') AS is_signed,
  IF(YEAR(IF(IFNULL(t.Signature, '') <> '', IF(YEAR(t.DateTSigned) >= 1880, t.DateTSigned, t.DateTP), NULL)) >= 1880, DATE_FORMAT(IF(IFNULL(t.Signature, '') <> '', IF(YEAR(t.DateTSigned) >= 1880, t.DateTSigned, t.DateTP), NULL), '%Y-%m-%d'), '') AS signed_on,
  IF(YEAR(t.DateTP) >= 1880, DATE_FORMAT(t.DateTP, '%Y-%m-%d'), '') AS saved_on,
  IF(YEAR(t.SecDateEntry) >= 1880, DATE_FORMAT(t.SecDateEntry, '%Y-%m-%d'), '') AS entered_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(u.UserName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS presenter
FROM treatplan t
LEFT JOIN userod u ON u.UserNum = t.UserNumPresenter AND t.UserNumPresenter <> 0
ORDER BY t.TreatPlanNum;
