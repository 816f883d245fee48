-- A session opened with a password that somebody else chose lets only that password be changed.
ALTER TABLE sessions ADD COLUMN must_change boolean NOT NULL DEFAULT false;
