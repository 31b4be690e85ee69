"""Meetings of bodies: agenda, call, who was there, minutes and papers, what is to be done: `MeetingService`."""
