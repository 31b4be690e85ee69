"""Letters from draft to issue and withdrawal, and what the state sees of them: `NoticeService`."""
