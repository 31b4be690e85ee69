"""The series of letters and their numbers: `SeriesService`."""
