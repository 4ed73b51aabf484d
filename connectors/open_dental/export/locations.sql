SELECT
  'open_dental/locations v1' AS hub_query,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Description, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.TimeZone, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS zone
FROM clinic t
ORDER BY t.ClinicNum;
