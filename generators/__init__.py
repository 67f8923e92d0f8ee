"""Everything that writes files for people; the only place that uses XlsxWriter."""
