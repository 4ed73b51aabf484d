SELECT
  'open_dental/appointments v1' AS hub_query,
  IFNULL(CAST(t.AptNum AS CHAR), '') AS appointment_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.AptStatus AS CHAR), '') AS status,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT(t.AptStatus, IF(t.AptStatus = 5, IFNULL(CONCAT('.', (SELECT h.HistApptAction FROM histappointment h WHERE h.AptNum = t.AptNum AND h.HistApptAction IN (2, 3) ORDER BY h.HistDateTStamp DESC, h.HistApptNum DESC LIMIT 1)), ''), '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS status_detail,
  IF(YEAR(t.AptDateTime) >= 1880, DATE_FORMAT(t.AptDateTime, '%Y-%m-%d %H:%i:%s'), '') AS starts_at,
  IF(YEAR(t.AptDateTime) >= 1880, DATE_FORMAT(t.AptDateTime, '%Y-%m-%d'), '') AS starts_on,
  IFNULL(CAST(CHAR_LENGTH(t.Pattern) * 5 AS CHAR), '') AS minutes,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS confirmed,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(u.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS unscheduled,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(o.OpName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS operatory,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  IFNULL(CAST(t.Priority AS CHAR), '') AS priority,
  IFNULL(CAST(t.NextAptNum AS CHAR), '') AS planned_id,
  IFNULL(CAST(t.IsHygiene AS CHAR), '') AS is_hygiene,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ProcDescript, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS procedures,
  IF(YEAR(t.SecDateTEntry) >= 1880, DATE_FORMAT(t.SecDateTEntry, '%Y-%m-%d'), '') AS entered_on,
  IF(YEAR(IF(t.AptStatus IN (3, 5), (SELECT h.HistDateTStamp FROM histappointment h WHERE h.AptNum = t.AptNum AND h.HistApptAction IN (2, 3) ORDER BY h.HistDateTStamp DESC, h.HistApptNum DESC LIMIT 1), NULL)) >= 1880, DATE_FORMAT(IF(t.AptStatus IN (3, 5), (SELECT h.HistDateTStamp FROM histappointment h WHERE h.AptNum = t.AptNum AND h.HistApptAction IN (2, 3) ORDER BY h.HistDateTStamp DESC, h.HistApptNum DESC LIMIT 1), NULL), '%Y-%m-%d'), '') AS fell_out_on,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM appointment t
LEFT JOIN definition c ON c.DefNum = t.Confirmed
LEFT JOIN definition u ON u.DefNum = t.UnschedStatus
LEFT JOIN operatory o ON o.OperatoryNum = t.Op
ORDER BY t.AptNum;
