SELECT
  'open_dental/contact_email v1' AS hub_query,
  IFNULL(CAST(t.PatNum AS CHAR), '') AS patient_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.LName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS last_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.FName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS first_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.MiddleI, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS middle_name,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Preferred, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS preferred_name,
  IFNULL(CAST(t.PatStatus AS CHAR), '') AS status,
  IF(YEAR(t.Birthdate) >= 1880, DATE_FORMAT(t.Birthdate, '%Y-%m-%d'), '') AS born_on,
  IFNULL(CAST(t.Guarantor AS CHAR), '') AS guarantor_id,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.WirelessPhone, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS mobile_phone,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.HmPhone, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS home_phone,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.WkPhone, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS work_phone,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Email, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS email,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Zip, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS zip,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.Language, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS language,
  IFNULL(CAST(t.PreferContactMethod AS CHAR), '') AS contact_method,
  IFNULL(CAST(t.TxtMsgOk AS CHAR), '') AS text_ok,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(t.ChartNumber, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS chart_number,
  REPLACE(REPLACE(REPLACE(REPLACE(IFNULL(b.ItemName, ''), CHAR(13, 10 USING utf8), ' '), CHAR(13 USING utf8), ' '), CHAR(10 USING utf8), ' '), CHAR(9 USING utf8), ' ') AS billing_type,
  IFNULL(CAST(t.PriProv AS CHAR), '') AS provider_id,
  IF(YEAR(t.DateFirstVisit) >= 1880, DATE_FORMAT(t.DateFirstVisit, '%Y-%m-%d'), '') AS first_visit_on,
  IFNULL(CAST(CAST(t.EstBalance AS DECIMAL(14,2)) AS CHAR), '') AS balance,
  IF(YEAR((SELECT LEFT(pr.ValueString, 10) FROM preference pr WHERE pr.PrefName = 'DateLastAging' AND pr.ValueString REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}' LIMIT 1)) >= 1880, DATE_FORMAT((SELECT LEFT(pr.ValueString, 10) FROM preference pr WHERE pr.PrefName = 'DateLastAging' AND pr.ValueString REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}' LIMIT 1), '%Y-%m-%d'), '') AS balance_as_of,
  IFNULL(CAST(t.ClinicNum AS CHAR), '') AS clinic_id
FROM patient t
LEFT JOIN definition b ON b.DefNum = t.BillingType
WHERE (IFNULL(t.Email, '') NOT IN (''))
ORDER BY t.PatNum;
