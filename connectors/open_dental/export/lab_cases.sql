SELECT
  'open_dental/lab_cases v1' AS hub_query,
  IFNULL(CAST(t.LabCaseNum AS CHAR), '') AS lab_case_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(l.Description, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS lab_name,
  IFNULL(CAST(t.AptNum AS CHAR), '') AS appointment_id,
  IFNULL(CAST(t.PlannedAptNum AS CHAR), '') AS planned_appointment_id,
  IF(YEAR(t.DateTimeCreated) >= 1880, DATE_FORMAT(t.DateTimeCreated, '%Y-%m-%d'), '') AS created_on,
  IF(YEAR(t.DateTimeSent) >= 1880, DATE_FORMAT(t.DateTimeSent, '%Y-%m-%d'), '') AS sent_on,
  IF(YEAR(t.DateTimeDue) >= 1880, DATE_FORMAT(t.DateTimeDue, '%Y-%m-%d'), '') AS due_on,
  IF(YEAR(t.DateTimeRecd) >= 1880, DATE_FORMAT(t.DateTimeRecd, '%Y-%m-%d'), '') AS received_on,
  IF(YEAR(t.DateTimeChecked) >= 1880, DATE_FORMAT(t.DateTimeChecked, '%Y-%m-%d'), '') AS checked_on,
  IFNULL(CAST(CAST(t.LabFee AS DECIMAL(14,2)) AS CHAR), '') AS fee
FROM labcase t
LEFT JOIN laboratory l ON l.LaboratoryNum = t.LaboratoryNum
ORDER BY t.LabCaseNum;
