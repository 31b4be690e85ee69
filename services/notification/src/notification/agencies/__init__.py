"""Letters as agencies see them, with figures and people: `AgencyNoticeService`, `ReadinessService`."""
