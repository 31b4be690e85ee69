"""Earlier days by which agencies want their own people ready: `LocalDateService`."""
