"""Pages for callers, without login or scripts: a callback's own page, and the form to ask for one."""
