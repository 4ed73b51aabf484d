SELECT
  'open_dental/staff v1' AS hub_query,
  IFNULL(CAST(t.UserNum AS CHAR), '') AS user_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.UserName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS name,
  IFNULL(CAST(t.ProvNum AS CHAR), '') AS provider_id,
  IFNULL(CAST(IF(t.IsHidden = 1, 0, 1) AS CHAR), '') AS is_active
FROM userod t
ORDER BY t.UserNum;
