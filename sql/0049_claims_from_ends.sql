-- from_end: the stated end that a claim was made from; null for every other claim. It never changes. It is read with
-- src/domain/ends/end-claim.ts.
alter table predictions add column from_end json;

-- self_stated: whether the evidence of a resolution only repeats the statement that the claim was made from.
alter table resolutions add column self_stated boolean not null default false;
