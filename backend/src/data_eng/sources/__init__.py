"""Where data comes from: DBN files, calendars, the historical service, the trader's own levels."""
