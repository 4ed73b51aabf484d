SELECT
  'open_dental/carriers v1' AS hub_query,
  IFNULL(CAST(t.CarrierNum AS CHAR), '') AS carrier_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ElectID, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS payer_number
FROM carrier t
ORDER BY t.CarrierNum;
