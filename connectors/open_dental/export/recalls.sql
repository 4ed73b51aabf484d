SELECT
  'open_dental/recalls v1' AS hub_query,
  IFNULL(CAST(t.RecallNum AS CHAR), '') AS recall_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(r.Description, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS recall_type,
  IF(YEAR(t.DateDue) >= 1880, DATE_FORMAT(t.DateDue, '%Y-%m-%d'), '') AS due_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT(IF(t.RecallInterval >> 24, CONCAT(t.RecallInterval >> 24, 'y'), ''), IF((t.RecallInterval >> 16) & 255, CONCAT((t.RecallInterval >> 16) & 255, 'm'), ''), IF((t.RecallInterval >> 8) & 255, CONCAT((t.RecallInterval >> 8) & 255, 'w'), ''), IF(t.RecallInterval & 255, CONCAT(t.RecallInterval & 255, 'd'), '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS interval_text,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL((SELECT GROUP_CONCAT(DISTINCT pc.ProcCode ORDER BY pc.ProcCode SEPARATOR ';') FROM recalltrigger rt JOIN procedurecode pc ON pc.CodeNum = rt.CodeNum WHERE rt.RecallTypeNum = t.RecallTypeNum), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS trigger_codes,
  IF(YEAR(t.DatePrevious) >= 1880, DATE_FORMAT(t.DatePrevious, '%Y-%m-%d'), '') AS previous_on,
  IFNULL(CAST(t.IsDisabled AS CHAR), '') AS is_disabled,
  IFNULL(CAST(IF(FIND_IN_SET(t.RecallTypeNum, (SELECT NULLIF(pr.ValueString, '') FROM preference pr WHERE pr.PrefName = 'RecallTypesShowingInList' LIMIT 1)) = 0, 1, 0) AS CHAR), '') AS is_hidden_type,
  IF(YEAR(t.DisableUntilDate) >= 1880, DATE_FORMAT(t.DisableUntilDate, '%Y-%m-%d'), '') AS disabled_until,
  IFNULL(CAST(CAST(t.DisableUntilBalance AS DECIMAL(14,2)) AS CHAR), '') AS until_balance,
  IFNULL(CAST(IF(YEAR(t.DateScheduled) >= 1880, 1, 0) AS CHAR), '') AS is_booked
FROM recall t
LEFT JOIN recalltype r ON r.RecallTypeNum = t.RecallTypeNum
WHERE (IFNULL(CAST(IF(FIND_IN_SET(t.RecallTypeNum, (SELECT NULLIF(pr.ValueString, '') FROM preference pr WHERE pr.PrefName = 'RecallTypesShowingInList' LIMIT 1)) = 0, 1, 0) AS CHAR), '') NOT IN ('1'))
ORDER BY t.RecallNum;
