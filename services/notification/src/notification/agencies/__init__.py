"""Letters as agencies see them, with their people: `AgencyNoticeService`."""
