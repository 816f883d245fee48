-- Earlier passwords of staff, so that nobody chooses one of them again; hashes only.
CREATE TABLE used_passwords (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  staff_id bigint NOT NULL,
  password_hash text NOT NULL,
  replaced_at timestamptz NOT NULL
);
CREATE INDEX used_passwords_staff ON used_passwords (staff_id, id DESC);
CALL guard_table('used_passwords');

-- A message's seal is found by its place in the thread: renters see a mark beside each of their own.
CREATE INDEX journal_case_seq ON journal (case_id, seq) WHERE case_id IS NOT NULL AND seq IS NOT NULL;
