"""What a template is rendered for to be understood: tool dialect, reasoning markers, reasoning control."""
