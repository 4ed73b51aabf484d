SELECT
  'open_dental/office_days v1' AS hub_query,
  IFNULL(CAST(t.ScheduleNum AS CHAR), '') AS day_id,
  IF(YEAR(t.SchedDate) >= 1880, DATE_FORMAT(t.SchedDate, '%Y-%m-%d'), '') AS day,
  IFNULL(CAST(t.Status AS CHAR), '') AS day_status,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Note, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS note
FROM schedule t
WHERE (t.SchedType = 0 AND t.Status IN (1, 2))
ORDER BY t.ScheduleNum;
