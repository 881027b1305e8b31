"""What one installation is: its process settings, private servers, profiles, migrations."""
