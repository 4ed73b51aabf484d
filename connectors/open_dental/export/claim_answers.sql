SELECT
  'open_dental/claim_answers v1' AS hub_query,
  IFNULL(CAST(t.EtransNum AS CHAR), '') AS sent_id,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(cl.ClaimIdentifier, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS claim_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.AckCode, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS answer,
  IFNULL(CAST(a.Etype AS CHAR), '') AS answer_kind,
  IF(YEAR(IFNULL(a.DateTimeTrans, t.DateTimeTrans)) >= 1880, DATE_FORMAT(IFNULL(a.DateTimeTrans, t.DateTimeTrans), '%Y-%m-%d'), '') AS answered_on,
  IF(YEAR(a.DateTimeTrans) >= 1880, DATE_FORMAT(a.DateTimeTrans, '%Y-%m-%d %H:%i:%s'), '') AS answered_at,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(IFNULL(a.Note, '') <> '', a.Note, t.Note), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS said
FROM etrans t
LEFT JOIN etrans a ON a.EtransNum = t.AckEtransNum AND t.AckEtransNum <> 0
LEFT JOIN claim cl ON cl.ClaimNum = t.ClaimNum
LEFT JOIN carrier c ON c.CarrierNum = t.CarrierNum
WHERE (t.Etype = 0 AND t.ClaimNum <> 0) AND (IFNULL(t.AckCode, '') IN ('A', 'R')) AND (t.DateTimeTrans >= DATE_SUB(CURDATE(), INTERVAL 800 DAY))
ORDER BY t.EtransNum;
