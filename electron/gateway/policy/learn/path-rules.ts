// Rules about paths, as Rego, for the files that learned rules stand in. Two of them may hold the same: they agree.

/** A path that is none of those that could lead out lies in one of the folders. */
export const liesWithinRules = `# METADATA
# title: Whether a path, or each of a list of paths, lies in one of the folders
# scope: document
lies_within(path, folders) if lies_below(path, folders)

lies_within(paths, folders) if {
	is_array(paths)
	every path in paths {
		lies_below(path, folders)
	}
}

lies_below(path, folders) if {
	is_string(path)
	not leads_up(path)
	some folder in folders
	is_at_or_below(path, folder)
}

is_at_or_below(path, folder) if startswith(path, folder)

is_at_or_below(path, folder) if path == substring(folder, 0, count(folder) - 1)

# A path with \`..\` in it may lead anywhere.
leads_up(path) if ".." in split(replace(path, "\\\\", "/"), "/")

leads_up(path) if contains(lower(path), "%2e")
`;

/** For rules that forbid: what could lead there counts as well. They stand beside `liesWithinRules`. */
export const mayLeadToRules = `# METADATA
# title: Whether a path, or one of a list of paths, lies in one of the folders, or may lead there
# scope: document
may_lead_to(path, folders) if one_may_lead_to(path, folders)

may_lead_to(paths, folders) if {
	is_array(paths)
	some path in paths
	one_may_lead_to(path, folders)
}

one_may_lead_to(path, folders) if lies_below(path, folders)

one_may_lead_to(path, _) if {
	is_string(path)
	leads_up(path)
}
`;
