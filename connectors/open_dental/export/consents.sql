SELECT
  'open_dental/consents v1' AS hub_query,
  IFNULL(CAST(t.SheetNum AS CHAR), '') AS sheet_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Description, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS title,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(IFNULL(t.Description, '') = '', 'consent', t.Description), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS about,
  IF(YEAR(t.DateTimeSheet) >= 1880, DATE_FORMAT(t.DateTimeSheet, '%Y-%m-%d'), '') AS created_on,
  IFNULL(CAST((SELECT COUNT(*) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9) AS CHAR), '') AS boxes,
  IF(YEAR(IF((SELECT COUNT(*) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) <= 1) > 0, NULL, IF(YEAR((SELECT MAX(f.DateTimeSig) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) > 1)) >= 1880, (SELECT MAX(f.DateTimeSig) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) > 1), t.DateTSheetEdited))) >= 1880, DATE_FORMAT(IF((SELECT COUNT(*) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) <= 1) > 0, NULL, IF(YEAR((SELECT MAX(f.DateTimeSig) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) > 1)) >= 1880, (SELECT MAX(f.DateTimeSig) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9 AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) > 1), t.DateTSheetEdited)), '%Y-%m-%d'), '') AS signed_on
FROM sheet t
WHERE (t.SheetType = 6 AND t.IsDeleted = 0) AND (IFNULL(CAST((SELECT COUNT(*) FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9) AS CHAR), '') NOT IN ('0', ''))
ORDER BY t.SheetNum;
