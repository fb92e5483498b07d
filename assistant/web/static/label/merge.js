// Two people on one criterion: what each changed since the value both started from.

/** The fields of a criterion that people edit. */
export const FIELDS = ["status", "note", "person", "due", "not_applicable_reason"];

/** The fields where `mine` differs from `base`, with my values. */
export function changed(base, mine) {
  return Object.fromEntries(FIELDS.filter((f) => (mine[f] ?? "") !== (base[f] ?? "")).map((f) => [f, mine[f]]));
}

/** My changes against what now stands: those that nobody else touched, and those that someone did, differently. */
export function merged(base, mine, current) {
  const mineChanged = changed(base, mine);
  const clean = {};
  const disputed = [];
  for (const [field, value] of Object.entries(mineChanged)) {
    if ((current[field] ?? "") === (value ?? "")) continue;
    if ((current[field] ?? "") === (base[field] ?? "")) clean[field] = value;
    else disputed.push(field);
  }
  return { clean, disputed };
}
