SELECT
  'open_dental/claim_notes v1' AS hub_query,
  IFNULL(CAST(t.ClaimTrackingNum AS CHAR), '') AS note_id,
  IFNULL(CAST(cl.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(cl.ClaimIdentifier, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS claim_number,
  IF(YEAR(t.DateTimeEntry) >= 1880, DATE_FORMAT(t.DateTimeEntry, '%Y-%m-%d %H:%i:%s'), '') AS noted_at,
  IF(YEAR(t.DateTimeEntry) >= 1880, DATE_FORMAT(t.DateTimeEntry, '%Y-%m-%d'), '') AS noted_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(d.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS tracking,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(e.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS tracking_error,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Note, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS note
FROM claimtracking t
LEFT JOIN claim cl ON cl.ClaimNum = t.ClaimNum
LEFT JOIN definition d ON d.DefNum = t.TrackingDefNum
LEFT JOIN definition e ON e.DefNum = t.TrackingErrorDefNum
WHERE (t.TrackingType = 'StatusHistory')
ORDER BY t.ClaimTrackingNum;
