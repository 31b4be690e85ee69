"""What developers work with: measuring, dashboards, deployment files, pages made from the code, migrations."""
