"""New versions of Coterie: the question whether to look for them, and what a person does about one."""
