-- A resolution may also be disputed because it has lost its grounds: names are read otherwise than when it was made, and by that
-- reading the evidence of then settles nothing. Such a dispute has the verdict that follows: none.
alter table disputes drop constraint disputes_verdict_check;
alter table disputes add constraint disputes_verdict_check check (verdict in ('yes', 'no', 'undetermined'));
