SELECT
  'open_dental/providers v1' AS hub_query,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.FName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS first_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.LName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS last_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Abbr, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS short_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.NationalProvID, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS npi,
  IFNULL(CAST(t.IsSecondary AS CHAR), '') AS is_secondary,
  IFNULL(CAST(IF(t.IsHidden = 1 OR t.ProvStatus = 1, 0, 1) AS CHAR), '') AS is_active
FROM provider t
ORDER BY t.ProvNum;
