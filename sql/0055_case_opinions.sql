-- case_opinions: what the adviser of a panel, a language model, says about a round that decided. Queued in the transaction of the
-- decision, and asked afterwards; due_at is null once there is an opinion, or a problem after the last attempt. Never a vote.
create table case_opinions (
  case_id text not null references cases (id),
  round integer not null check (round >= 1),
  model text not null,
  attempts integer not null default 0 check (attempts >= 0),
  due_at timestamptz,
  lease_until timestamptz,
  vote text check (vote in ('yes', 'no', 'ambiguous', 'annulled', 'too_early')),
  reason text,
  citations json,
  problem text,
  recorded_at timestamptz,
  primary key (case_id, round),
  check ((vote is null) = (reason is null) and (vote is null) = (citations is null))
);
create index case_opinions_due on case_opinions (due_at, case_id, round) where due_at is not null;
