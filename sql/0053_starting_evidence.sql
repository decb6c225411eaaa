-- starting_evidence: evidence about a claim that its seed file has, as paraphrases of sources. The packet of a case on the claim
-- begins with it. Append-only.
create table starting_evidence (
  prediction_id text not null references predictions (id),
  position integer not null check (position >= 1),
  url text,
  locator text not null,
  paraphrase text not null,
  stance text not null check (stance in ('for', 'against', 'context')),
  recorded_at timestamptz not null,
  primary key (prediction_id, position)
);
create trigger starting_evidence_append_only before update or delete on starting_evidence
  for each row execute function refuse_change();

-- Items from there: where the source says it, and that `quote` has other words than the source.
alter table case_evidence add column locator text;
alter table case_evidence add column paraphrased boolean not null default false;
