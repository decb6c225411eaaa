-- What a resolution by absence rests on: the chance that every origin missed what had happened, and the coverage table by which
-- it was computed. Null where a resolution rests on no absence, or was made before coverage was measured.
alter table resolutions add column miss_chance double precision check (miss_chance between 0 and 1);
alter table resolutions add column coverage_version text;

-- Rows season by reads: each read looks up what was new a day before it.
create index observations_by_time on observations (observed_at);
