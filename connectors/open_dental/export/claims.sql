SELECT
  'open_dental/claims v1' AS hub_query,
  IFNULL(CAST(t.ClaimNum AS CHAR), '') AS claim_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ClaimIdentifier, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS claim_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(IF(t.ClaimType = 'PreAuth', t.PreAuthString, t.OrigRefNum), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS payer_claim_number,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  IFNULL(CAST(IF(t.ClaimType = 'S', (SELECT MAX(c1.ClaimNum) FROM claimproc l2 JOIN claimproc l1 ON l1.ProcNum = l2.ProcNum JOIN claim c1 ON c1.ClaimNum = l1.ClaimNum AND c1.ClaimType = 'P' AND c1.PatNum = t.PatNum WHERE l2.ClaimNum = t.ClaimNum AND l2.ProcNum <> 0), NULL) AS CHAR), '') AS chain_id,
  IFNULL(CAST((SELECT MIN(pp.PatPlanNum) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum) AS CHAR), '') AS coverage_id,
  IFNULL(CAST(i.CarrierNum AS CHAR), '') AS carrier_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.CarrierName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(c.Phone, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS carrier_phone,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(i.GroupNum, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS plan_group,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(s.SubscriberID, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS member_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(CONCAT_WS(' ', NULLIF(sp.FName, ''), NULLIF(sp.LName, '')), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS subscriber_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ClaimType, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS claim_type,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ClaimStatus, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS status,
  IFNULL(CAST(t.CorrectionType AS CHAR), '') AS correction,
  IFNULL(CAST(IF(c.NoSendElect = 1 OR (c.NoSendElect = 2 AND t.ClaimType = 'S'), 1, 0) AS CHAR), '') AS by_paper,
  IF(YEAR(t.DateService) >= 1880, DATE_FORMAT(t.DateService, '%Y-%m-%d'), '') AS service_on,
  IF(YEAR(t.SecDateEntry) >= 1880, DATE_FORMAT(t.SecDateEntry, '%Y-%m-%d'), '') AS entered_on,
  IF(YEAR(IF(t.ClaimStatus IN ('S', 'R', 'P'), IF(YEAR(t.DateSentOrig) >= 1880, t.DateSentOrig, t.DateSent), NULL)) >= 1880, DATE_FORMAT(IF(t.ClaimStatus IN ('S', 'R', 'P'), IF(YEAR(t.DateSentOrig) >= 1880, t.DateSentOrig, t.DateSent), NULL), '%Y-%m-%d'), '') AS first_sent_on,
  IF(YEAR(IF(t.ClaimStatus IN ('S', 'R', 'P'), IF(t.DateResent > t.DateSent, t.DateResent, t.DateSent), NULL)) >= 1880, DATE_FORMAT(IF(t.ClaimStatus IN ('S', 'R', 'P'), IF(t.DateResent > t.DateSent, t.DateResent, t.DateSent), NULL), '%Y-%m-%d'), '') AS last_sent_on,
  IF(YEAR(IF(t.ClaimStatus = 'R', t.DateReceived, NULL)) >= 1880, DATE_FORMAT(IF(t.ClaimStatus = 'R', t.DateReceived, NULL), '%Y-%m-%d'), '') AS received_on,
  IFNULL(CAST(CAST(t.ClaimFee AS DECIMAL(14,2)) AS CHAR), '') AS billed,
  IFNULL(CAST(CAST(t.InsPayEst AS DECIMAL(14,2)) AS CHAR), '') AS expected,
  IFNULL(CAST(CAST(t.InsPayAmt AS DECIMAL(14,2)) AS CHAR), '') AS paid,
  IFNULL(CAST(CAST(t.WriteOff AS DECIMAL(14,2)) AS CHAR), '') AS writeoff,
  IF(YEAR((SELECT IF(kd.ItemValue + 0 > 0, DATE_ADD(DATE(k.DateTimeEntry), INTERVAL (kd.ItemValue + 0) DAY), NULL) FROM claimtracking k LEFT JOIN definition kd ON kd.DefNum = k.TrackingDefNum WHERE k.ClaimNum = t.ClaimNum AND k.TrackingType = 'StatusHistory' ORDER BY k.DateTimeEntry DESC, k.ClaimTrackingNum DESC LIMIT 1)) >= 1880, DATE_FORMAT((SELECT IF(kd.ItemValue + 0 > 0, DATE_ADD(DATE(k.DateTimeEntry), INTERVAL (kd.ItemValue + 0) DAY), NULL) FROM claimtracking k LEFT JOIN definition kd ON kd.DefNum = k.TrackingDefNum WHERE k.ClaimNum = t.ClaimNum AND k.TrackingType = 'StatusHistory' ORDER BY k.DateTimeEntry DESC, k.ClaimTrackingNum DESC LIMIT 1), '%Y-%m-%d'), '') AS follow_up_on,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ReasonUnderPaid, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS underpaid_reason,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL((SELECT ku.UserName FROM claimtracking k LEFT JOIN userod ku ON ku.UserNum = k.UserNum WHERE k.ClaimNum = t.ClaimNum AND k.TrackingType = 'ClaimUser' ORDER BY k.DateTimeEntry DESC, k.ClaimTrackingNum DESC LIMIT 1), ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS assigned_to,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM claim t
LEFT JOIN insplan i ON i.PlanNum = t.PlanNum
LEFT JOIN carrier c ON c.CarrierNum = i.CarrierNum
LEFT JOIN inssub s ON s.InsSubNum = t.InsSubNum
LEFT JOIN patient sp ON sp.PatNum = s.Subscriber
ORDER BY t.ClaimNum;
