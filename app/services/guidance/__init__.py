"""What tells models how a person works: project instructions, skills, hooks, and what "/" offers."""
