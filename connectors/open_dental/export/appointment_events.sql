SELECT
  'open_dental/appointment_events v1' AS hub_query,
  IFNULL(CAST(t.HistApptNum AS CHAR), '') AS event_id,
  IFNULL(CAST(t.AptNum AS CHAR), '') AS appointment_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(t.HistApptAction AS CHAR), '') AS action,
  IF(YEAR(t.HistDateTStamp) >= 1880, DATE_FORMAT(t.HistDateTStamp, '%Y-%m-%d %H:%i:%s'), '') AS happened_at,
  IF(YEAR(t.HistDateTStamp) >= 1880, DATE_FORMAT(t.HistDateTStamp, '%Y-%m-%d'), '') AS happened_on,
  IF(YEAR(t.AptDateTime) >= 1880, DATE_FORMAT(t.AptDateTime, '%Y-%m-%d %H:%i:%s'), '') AS starts_at,
  IFNULL(CAST(t.AptStatus AS CHAR), '') AS status
FROM histappointment t
WHERE (t.HistDateTStamp >= DATE_SUB(CURDATE(), INTERVAL 800 DAY))
ORDER BY t.HistApptNum;
