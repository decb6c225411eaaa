-- rate_windows: how much of its quota a caller has taken, one row for each caller. Law: taken never exceeds the quota of
-- the window; granted is what the last taker got. Unlogged: a crash of the server may forget it, and costs nothing but that.
create unlogged table rate_windows (
  subject text primary key,
  started_at timestamptz not null,
  taken integer not null check (taken >= 0),
  granted integer not null check (granted >= 0)
);
create index rate_windows_by_start on rate_windows (started_at);
