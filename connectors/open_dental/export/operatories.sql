SELECT
  'open_dental/operatories v1' AS hub_query,
  IFNULL(CAST(t.OperatoryNum AS CHAR), '') AS operatory_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.OpName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS name,
  IFNULL(CAST(t.IsHygiene AS CHAR), '') AS is_hygiene,
  IFNULL(CAST(IF(t.IsHidden = 1, 0, 1) AS CHAR), '') AS is_active,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM operatory t
ORDER BY t.OperatoryNum;
