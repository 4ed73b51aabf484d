SELECT
  'open_dental/patient_links v1' AS hub_query,
  IFNULL(CAST(t.PatientLinkNum AS CHAR), '') AS link_id,
  IFNULL(CAST(t.PatNumFrom AS CHAR), '') AS from_id,
  IFNULL(CAST(t.PatNumTo AS CHAR), '') AS to_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CAST(t.LinkType AS CHAR), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS link_type,
  IF(YEAR(t.DateTimeLink) >= 1880, DATE_FORMAT(t.DateTimeLink, '%Y-%m-%d'), '') AS linked_on
FROM patientlink t
WHERE (t.LinkType IN (1, 2))
ORDER BY t.PatientLinkNum;
