SELECT
  'open_dental/contacts v1' AS hub_query,
  IFNULL(CAST(t.CommlogNum AS CHAR), '') AS contact_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IF(YEAR(t.CommDateTime) >= 1880, DATE_FORMAT(t.CommDateTime, '%Y-%m-%d %H:%i:%s'), '') AS happened_at,
  IF(YEAR(t.CommDateTime) >= 1880, DATE_FORMAT(t.CommDateTime, '%Y-%m-%d'), '') AS happened_on,
  IFNULL(CAST(t.Mode_ AS CHAR), '') AS channel,
  IFNULL(CAST(t.SentOrReceived AS CHAR), '') AS direction,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(u.UserName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS user
FROM commlog t
LEFT JOIN userod u ON u.UserNum = t.UserNum
WHERE (t.PatNum <> 0 AND IFNULL(t.Note, '') NOT LIKE '%[hub ________]%') AND (t.CommDateTime >= DATE_SUB(CURDATE(), INTERVAL 400 DAY))
ORDER BY t.CommlogNum;
